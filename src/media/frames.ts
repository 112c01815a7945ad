import type { Warning } from '../domain/embedding.ts'
import type { MediaFacts, VideoFacts } from '../domain/media.ts'
import { makeByteReader } from './byteReader.ts'
import { damageOf } from './damage.ts'
import { FRAME_STEP_MS, gridTimeMs } from './frameGrid.ts'
import { guardedInput, type PictureLimits, QUIET, type ReadOptions } from './input.ts'
import { startProgram } from './program.ts'
import { SCALE_FLAGS, type Size } from './scaling.ts'
import { seekArguments, type Start, type Stretch, toSeconds } from './stretch.ts'
import type { Tools } from './tools.ts'

/** The picture that a viewer sees at `timeMs`: upright, stretched to the size that was asked for, RGB, row-major. */
export interface Frame {
  timeMs: number
  rgb: Uint8Array
}

export interface DecodeOptions extends ReadOptions {
  /** Is told of content that was lost. */
  onDamage?: (warning: Warning) => void
}

const STALL_MS = 45_000

// Containers index by decoding time, which lies a few pictures before the time of display.
const SEEK_MARGIN_MS = 1_000

/**
 * Arguments for ffmpeg that write RGB frames to standard output: those on the grid (frameGrid.ts) from `start.fromMs`
 * on to the end of the video.
 */
export function frameArguments(
  file: string,
  video: VideoFacts,
  start: Start,
  size: Size,
  limits: PictureLimits,
): string[] {
  return [
    '-nostdin',
    QUIET,
    seekArguments(start, SEEK_MARGIN_MS),
    // Turning a small picture after scaling costs nothing; ffmpeg would turn the large one before.
    '-noautorotate',
    // Costs less computing than several threads, and broken pictures are patched up the same way each time.
    ['-threads', '1'],
    guardedInput(file, limits),
    ['-map', `0:${video.stream}`],
    ['-vf', frameFilters(video, start.fromMs, size)],
    ['-f', 'rawvideo', 'pipe:1'],
  ].flat()
}

const TURN = { 0: [], 90: ['transpose=clock'], 180: ['hflip', 'vflip'], 270: ['transpose=cclock'] } as const

function frameFilters({ rotationDeg }: VideoFacts, fromMs: number, { width, height }: Size): string {
  const isTurned = rotationDeg === 90 || rotationDeg === 270
  const scaled = isTurned ? `${height}:${width}` : `${width}:${height}`
  return [
    // Before scaling, so that only what is kept is scaled. `round=up` makes each time show the last picture that began
    // at it or before, and `start_time` repeats the first picture where the video begins later.
    `fps=fps=${1000 / FRAME_STEP_MS}:start_time=${toSeconds(fromMs)}:round=up`,
    `scale=${scaled}:flags=${SCALE_FLAGS}`,
    'format=rgb24',
    ...TURN[rotationDeg],
    // Else ffmpeg fills the time before the first frame with copies of it.
    'setpts=PTS-STARTPTS',
  ].join(',')
}

/** Frames that are being decoded from a place on the grid to the end of the video. */
export interface FrameDecoder {
  /** The next frame; undefined when the video ends. */
  next(): Promise<Frame | undefined>
  /** Tells `onDamage` what was lost of a stretch since this was last called. */
  reportDamage(stretch: Stretch): void
  close(): Promise<void>
}

/** Starts decoding at `start.fromMs`, a time on the grid. */
export function decodeFrames(
  tools: Tools,
  file: string,
  video: VideoFacts,
  start: Start,
  size: Size,
  { limits, signal, onDamage }: DecodeOptions,
): FrameDecoder {
  const program = startProgram(tools, 'ffmpeg', frameArguments(file, video, start, size, limits), {
    ...(signal && { signal }),
    stallMs: STALL_MS,
  })
  const reader = makeByteReader(program.output)
  const frameBytes = size.width * size.height * 3
  let timeMs = start.fromMs

  return {
    async next() {
      const rgb = await reader.take(frameBytes)
      if (rgb.length < frameBytes) return undefined
      const frame = { timeMs, rgb }
      timeMs += FRAME_STEP_MS
      return frame
    },
    reportDamage(stretch) {
      const damage = damageOf(program, { option: 'visual', stretch, isEmpty: timeMs <= stretch.startMs })
      if (damage) onDamage?.(damage)
    },
    close: () => program.stop(),
  }
}

/**
 * The frames of a stretch, one every `FRAME_STEP_MS` on a grid that begins at the start of the file, so that a frame is
 * the same whoever reads which stretch. The first one may lie up to a step before the stretch. Fewer come when the
 * video ends earlier, and none when nothing can be decoded, which `onDamage` is told. Memory does not grow with
 * duration.
 */
export async function* readFrames(
  tools: Tools,
  file: string,
  { video, seeksExactly }: MediaFacts,
  stretch: Stretch,
  size: Size,
  options: DecodeOptions,
): AsyncGenerator<Frame, void> {
  if (!video) return
  const firstMs = gridTimeMs(stretch.startMs)
  const start = { fromMs: seeksExactly ? firstMs : 0, seeks: seeksExactly }
  const decoder = decodeFrames(tools, file, video, start, size, options)
  try {
    for (let timeMs = start.fromMs; timeMs < stretch.endMs; timeMs += FRAME_STEP_MS) {
      const frame = await decoder.next()
      if (!frame) break
      if (timeMs >= firstMs) yield frame
    }
    decoder.reportDamage(stretch)
  } finally {
    await decoder.close()
  }
}
