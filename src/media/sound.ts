import type { AudioFacts, MediaFacts } from '../domain/media.ts'
import { makeByteReader } from './byteReader.ts'
import { damageOf } from './damage.ts'
import type { DecodeOptions } from './frames.ts'
import { guardedInput, type PictureLimits, QUIET } from './input.ts'
import { startProgram } from './program.ts'
import { seekArguments, type Start, type Stretch, toSeconds } from './stretch.ts'
import type { Tools } from './tools.ts'

/** The sound of a stretch. */
export interface Sound {
  /** Mono, -1..1, exactly as many as the stretch is long; silence where the track has nothing. */
  samples: Float32Array
  /** Set when nothing was decoded from this time on to the end of the stretch. */
  endedAtMs?: number
}

/** Sound that is being decoded from a place on. Stretches must be taken in order of time. */
export interface SoundDecoder {
  take(stretch: Stretch): Promise<Sound>
  close(): Promise<void>
}

const STALL_MS = 45_000
const SAMPLE_BYTES = 4

// The sound that belongs to a picture may lie a second or two before it in the file, and a jump lands on pictures.
const SEEK_MARGIN_MS = 3_000

// A resampler and most decoders need some sound before they give the same as in one pass.
const WARM_UP_MS = 500

// At whole seconds, sample positions of every whole rate coincide, so that resampling from there gives the same samples
// as resampling from the start.
const START_STEP_MS = 1_000

/** A track that ends this little before the stretch has not ended early: the last packet is only not full. */
const TOLERANCE_MS = 100

/** Where decoding must begin, so that the sound of a stretch is that of one pass through the file. */
export const soundStartMs = (startMs: number): number =>
  Math.max(0, Math.floor((startMs - WARM_UP_MS) / START_STEP_MS) * START_STEP_MS)

export interface SoundPlan extends Start {
  sampleRateHz: number
  /** No sound is wanted after this time. */
  endMs?: number
}

/** Arguments for ffmpeg that write mono samples, little-endian float32, from `fromMs` on to standard output. */
export function soundArguments(
  file: string,
  audio: AudioFacts,
  plan: SoundPlan,
  limits: PictureLimits,
): string[] {
  return [
    '-nostdin',
    QUIET,
    seekArguments(plan, SEEK_MARGIN_MS),
    ['-threads', '1'],
    guardedInput(file, limits),
    ['-map', `0:${audio.stream}`],
    ['-af', soundFilters(plan)],
    ['-f', 'f32le', 'pipe:1'],
  ].flat()
}

function soundFilters({ fromMs, endMs, seeks, sampleRateHz }: SoundPlan): string {
  const fromSec = toSeconds(fromMs)
  const end = endMs === undefined ? '' : `:end=${toSeconds(endMs)}`
  return [
    // `first_pts` counts in samples of the input, whose rate may change on the way, so it is used for 0 alone.
    ...(seeks ? [`atrim=start=${fromSec}${end}`, `asetpts=PTS-${fromSec}/TB`] : []),
    // `async=1` and `first_pts` put silence where the track begins late or has a hole, so that counting samples is
    // counting time; `rematrix_maxval` keeps the sum of loud channels within -1..1.
    `aresample=osr=${sampleRateHz}:async=1:first_pts=0:rematrix_maxval=1`,
    'aformat=sample_fmts=flt:channel_layouts=mono',
  ].join(',')
}

/** Starts decoding at `plan.fromMs`. `onDamage` is told what was lost of a stretch when it is taken. */
export function decodeSound(
  tools: Tools,
  file: string,
  audio: AudioFacts,
  plan: SoundPlan,
  { limits, signal, onDamage }: DecodeOptions,
): SoundDecoder {
  const program = startProgram(tools, 'ffmpeg', soundArguments(file, audio, plan, limits), {
    ...(signal && { signal }),
    stallMs: STALL_MS,
  })
  const reader = makeByteReader(program.output)
  const sampleAt = (timeMs: number): number => Math.round(toSeconds(timeMs) * plan.sampleRateHz)
  let position = sampleAt(plan.fromMs)

  return {
    async take(stretch) {
      const first = sampleAt(stretch.startMs)
      const wanted = sampleAt(stretch.endMs) - first
      await reader.skip((first - position) * SAMPLE_BYTES)
      const bytes = await reader.take(wanted * SAMPLE_BYTES)
      position = first + wanted
      const decoded = Math.floor(bytes.length / SAMPLE_BYTES)
      const damage = damageOf(program, { option: 'audio', stretch, isEmpty: decoded === 0 })
      if (damage) onDamage?.(damage)
      const samples = new Float32Array(wanted)
      copyBounded(bytes, samples)
      const endedAtMs = stretch.startMs + Math.floor((decoded / plan.sampleRateHz) * 1000)
      return { samples, ...(stretch.endMs - endedAtMs > TOLERANCE_MS && { endedAtMs }) }
    },
    close: () => program.stop(),
  }
}

// Broken sound decodes to anything that a float can be.
function copyBounded(bytes: Uint8Array<ArrayBuffer>, samples: Float32Array): void {
  const decoded = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let index = 0; (index + 1) * SAMPLE_BYTES <= bytes.length; index++) {
    const sample = decoded.getFloat32(index * SAMPLE_BYTES, true)
    samples[index] = Number.isNaN(sample) ? 0 : Math.min(1, Math.max(-1, sample))
  }
}

/**
 * The sound of one stretch, exactly as many samples as it is long: the same as those of one pass through the file, to
 * the millisecond where the container keeps no finer times. All silence, ended at its start, when there is no sound
 * track or nothing in it can be decoded; `onDamage` is told of the latter.
 */
export async function readSound(
  tools: Tools,
  file: string,
  { audio, seeksExactly }: MediaFacts,
  stretch: Stretch,
  sampleRateHz: number,
  options: DecodeOptions,
): Promise<Sound> {
  const { startMs, endMs } = stretch
  if (!audio) {
    const length = Math.round(toSeconds(endMs) * sampleRateHz) - Math.round(toSeconds(startMs) * sampleRateHz)
    return { samples: new Float32Array(length), endedAtMs: startMs }
  }
  const fromMs = seeksExactly ? soundStartMs(startMs) : 0
  const plan = { fromMs, endMs: endMs + WARM_UP_MS, seeks: seeksExactly, sampleRateHz }
  const decoder = decodeSound(tools, file, audio, plan, options)
  try {
    return await decoder.take(stretch)
  } finally {
    await decoder.close()
  }
}
