import type { Segment } from '../domain/slices.ts'

/** A picture and the time it is shown at, in milliseconds from the start of the file. */
export interface TimedPicture {
  timeMs: number
  rgb: Uint8Array
}

/**
 * The frames that stand for a segment: of `count` equal parts of it, the frame nearest to the middle of each, the
 * earlier of two that are as near. Frames outside the segment do not count; without any there is nothing to show.
 */
export function clipFrames<Frame extends Pick<TimedPicture, 'timeMs'>>(
  frames: readonly Frame[],
  { startMs, endMs }: Segment,
  count: number,
): Frame[] {
  const inside = frames.filter(({ timeMs }) => timeMs >= startMs && timeMs < endMs)
  if (inside.length === 0) return []
  return Array.from({ length: count }, (_, part) =>
    nearest(inside, startMs + ((part + 0.5) * (endMs - startMs)) / count),
  ).filter((frame) => frame !== undefined)
}

function nearest<Frame extends Pick<TimedPicture, 'timeMs'>>(
  frames: readonly Frame[],
  timeMs: number,
): Frame | undefined {
  let best = frames[0]
  for (const frame of frames)
    if (best && Math.abs(frame.timeMs - timeMs) < Math.abs(best.timeMs - timeMs)) best = frame
  return best
}
