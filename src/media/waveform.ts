import { EmbedlineError } from '../domain/errors.ts'
import type { Waveform, WaveformWork } from '../domain/pictureWork.ts'
import type { ReadOptions } from './input.ts'
import { decodeSound } from './sound.ts'
import type { Tools } from './tools.ts'

/** Enough for a drawing; peaks above half of it are not seen. */
const SAMPLE_RATE_HZ = 8_000

/** So much is decoded at a time. */
const STEP_MS = 10_000

/**
 * The lowest and the highest sample of each of so many equal stretches of the sound, -1..1, mono. Memory does not grow
 * with duration. Throws `media_has_no_stream` when there is no sound, or nobody knows how long it is.
 */
export async function makeWaveform(
  tools: Tools,
  { file, facts, points }: WaveformWork,
  { unitDone, ...options }: ReadOptions & { unitDone: () => void },
): Promise<Waveform> {
  const { audio, durationSec } = facts
  if (!audio || durationSec === undefined)
    throw new EmbedlineError('media_has_no_stream', 'There is no sound in the file.')
  const durationMs = Math.round(durationSec * 1000)
  const sampleCount = Math.max(1, Math.round((durationMs / 1000) * SAMPLE_RATE_HZ))
  const lowest = new Float32Array(points)
  const highest = new Float32Array(points)
  const decoder = decodeSound(
    tools,
    file,
    audio,
    { fromMs: 0, seeks: false, sampleRateHz: SAMPLE_RATE_HZ },
    options,
  )
  try {
    let at = 0
    for (let startMs = 0; startMs < durationMs; startMs += STEP_MS) {
      const endMs = Math.min(startMs + STEP_MS, durationMs)
      const { samples } = await decoder.take({ startMs, endMs })
      for (const sample of samples) {
        const point = Math.min(points - 1, Math.floor((at++ / sampleCount) * points))
        lowest[point] = Math.min(lowest[point] ?? 0, sample)
        highest[point] = Math.max(highest[point] ?? 0, sample)
      }
      unitDone()
    }
  } finally {
    await decoder.close()
  }
  return { durationSec, lowest, highest }
}
