import type { MediaFacts } from '../domain/media.ts'
import { decodeFrames, type DecodeOptions, type Frame, type FrameDecoder, readFrames } from './frames.ts'
import { FRAME_STEP_MS, gridTimeMs } from './frameGrid.ts'
import type { Size } from './scaling.ts'
import type { Stretch } from './stretch.ts'
import type { Tools } from './tools.ts'

/** The frames of a file, slice by slice in order of time. Whoever opened it closes it. */
export interface FrameSource {
  /** As `readFrames`. One slice at a time; it may be left before its end. */
  frames(slice: Stretch): AsyncGenerator<Frame, void>
  close(): Promise<void>
}

/**
 * Reads a file that can be sought exactly slice by slice, and any other one in a single pass from its start, so that no
 * part of it is decoded twice.
 */
export function openFrames(
  tools: Tools,
  file: string,
  facts: MediaFacts,
  size: Size,
  options: DecodeOptions,
): FrameSource {
  const { video, seeksExactly } = facts
  if (seeksExactly || !video)
    return {
      frames: (slice) => readFrames(tools, file, facts, slice, size, options),
      close: () => Promise.resolve(),
    }
  return framesOfOnePass(decodeFrames(tools, file, video, { fromMs: 0, seeks: false }, size, options))
}

function framesOfOnePass(decoder: FrameDecoder): FrameSource {
  let last: Frame | undefined
  return {
    async *frames(slice) {
      let timeMs = gridTimeMs(slice.startMs)
      // The picture at the border belongs to both slices when the border lies between two steps.
      while (last && last.timeMs < timeMs) last = await decoder.next()
      last ??= await decoder.next()
      while (last && last.timeMs < timeMs) last = await decoder.next()
      for (; last && timeMs < slice.endMs; timeMs += FRAME_STEP_MS) {
        yield last
        if (timeMs + FRAME_STEP_MS < slice.endMs) last = await decoder.next()
      }
      decoder.reportDamage(slice)
    },
    close: () => decoder.close(),
  }
}
