import { isFinal, type TaskState } from './states.ts'

/** How far the work on a task is. */
export interface TaskProgress {
  /**
   * Of the work: 0 until it is known how much there is, then what is settled of the media or of the items, and 1 exactly
   * when the task has ended. It never falls while the task runs.
   */
  fraction: number
  /** Slices, parts or files. The total is absent until all are known. `skipped` need no work, or are gone. */
  items: { total?: number; done: number; failed: number; skipped: number }
  /** Of a task of video or sound. The total is absent until it was looked into. */
  media?: { totalSec?: number; doneSec: number }
  /** Over the last items that were settled. Absent before the third, and when the task has ended. */
  itemsPerSec?: number
  /** Until the last item is settled, at that rate. Absent while the rate or the total is unknown. */
  etaSec?: number
}

/** What is counted of a task. */
export interface ProgressCounts {
  state: TaskState
  /** All items are known. */
  isPlanned: boolean
  /** Items in all, those that are not settled, and what became of the others; the rest of them was gone. */
  itemCount: number
  openCount: number
  doneCount: number
  failedCount: number
  /** Of a bucket: files that were found unchanged. They have no item. */
  unchangedCount: number
  /** Of a task of video or sound; the total is absent until it is planned. */
  media?: { totalMs?: number; doneMs: number; failedMs: number }
}

/** What is left for the end of a task, which writes the vectors of the whole: all items together are never 1. */
const SETTLED_SHARE = 0.99

/** What the counts say: all but the rate. */
export function progressOf(counts: ProgressCounts): TaskProgress {
  const { isPlanned, itemCount, openCount, doneCount, failedCount, unchangedCount, media } = counts
  const goneCount = itemCount - openCount - doneCount - failedCount
  return {
    fraction: fractionOf(counts),
    items: {
      ...(isPlanned && { total: itemCount + unchangedCount }),
      done: doneCount,
      failed: failedCount,
      skipped: goneCount + unchangedCount,
    },
    ...(media && {
      media: {
        ...(media.totalMs !== undefined && { totalSec: media.totalMs / 1000 }),
        doneSec: media.doneMs / 1000,
      },
    }),
    ...(isFinal(counts.state) && { etaSec: 0 }),
  }
}

function fractionOf(counts: ProgressCounts): number {
  if (isFinal(counts.state)) return 1
  if (!counts.isPlanned) return 0
  return SETTLED_SHARE * settledShare(counts)
}

// A slice at the end may be short, and an item may be many slices: the seconds say more than the items do.
function settledShare({ itemCount, openCount, media }: ProgressCounts): number {
  if (media?.totalMs !== undefined && media.totalMs > 0)
    return Math.min(1, (media.doneMs + media.failedMs) / media.totalMs)
  return itemCount === 0 ? 1 : (itemCount - openCount) / itemCount
}

/** The rate is that of so many items. */
const RATED_ITEMS = 10
const FEWEST_ITEMS = 3

/** So many finishes are enough for `withRate`: those of one commit have one time, and there are at most 32 of them. */
export const FINISHES_READ = 64

/**
 * Adds the rate and when it will be over. `finishesMs` are the times at which the last items were settled, the newest
 * first, at least `FINISHES_READ` if there are so many. While the next item is overdue the rate falls.
 */
export function withRate(progress: TaskProgress, finishesMs: readonly number[], nowMs: number): TaskProgress {
  const { total, done, failed, skipped } = progress.items
  const stretch = ratedStretch(finishesMs)
  if (progress.fraction === 1 || !stretch) return progress
  const { count, fromMs, toMs } = stretch
  const sinceMs = Math.max(0, nowMs - toMs)
  const usualMs = (toMs - fromMs) / count
  const isOverdue = sinceMs > usualMs
  const itemMs = isOverdue ? (toMs + sinceMs - fromMs) / (count + 1) : usualMs
  return {
    ...progress,
    itemsPerSec: 1000 / itemMs,
    ...(total !== undefined && {
      etaSec: Math.max(0, (total - done - failed - skipped) * itemMs - Math.min(sinceMs, itemMs)) / 1000,
    }),
  }
}

/** The time in which the last ten items were settled, and how many were in it; more when one commit settled more. */
function ratedStretch(
  finishesMs: readonly number[],
): { count: number; fromMs: number; toMs: number } | undefined {
  const [toMs] = finishesMs
  if (toMs === undefined || finishesMs.length < FEWEST_ITEMS) return undefined
  const at = Math.min(RATED_ITEMS, finishesMs.length) - 1
  const fromMs = finishesMs.slice(at).find((finishMs) => finishMs < toMs)
  if (fromMs === undefined) return undefined
  return { count: finishesMs.filter((finishMs) => finishMs > fromMs).length, fromMs, toMs }
}
