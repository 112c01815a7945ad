import type { Stretch } from './stretch.ts'

/** Two frames a second: shot changes are found within half a second, and clips of 2 s have more than they need. */
export const FRAME_STEP_MS = 500

/** The last time on the grid that is not after `timeMs`. The grid begins at the start of the file. */
export const gridTimeMs = (timeMs: number): number => Math.floor(timeMs / FRAME_STEP_MS) * FRAME_STEP_MS

/**
 * The times of the frames that stand for a clip: on the grid, at or right before the middles of `count` equal parts of
 * it, but not before its own first frame on the grid when it has one. Ascending, at most `count`, each once.
 */
export function clipFrameTimesMs({ startMs, endMs }: Stretch, count: number): number[] {
  const firstMs = Math.ceil(startMs / FRAME_STEP_MS) * FRAME_STEP_MS
  // A clip shorter than a step may lie between two frames: what is shown in it began before it.
  const earliestMs = firstMs < endMs ? firstMs : gridTimeMs(startMs)
  const times = new Set<number>()
  for (let part = 0; part < count; part++) {
    const middleMs = startMs + ((part + 0.5) / count) * (endMs - startMs)
    times.add(Math.max(earliestMs, gridTimeMs(middleMs)))
  }
  return [...times]
}
