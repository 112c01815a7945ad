import type { SearchResult, TaskMoment } from './searchRequest.ts'

/** Clips that are said to end where the next one begins may be off by a few milliseconds. */
const GAP_SEC = 0.05

/**
 * Joins clips of one task and modality that touch or overlap: the whole stretch has the score of its best clip. At most
 * `most` moments are left, best first.
 */
export function mergeMoments(result: SearchResult, most: number): SearchResult {
  if (result.kind === 'file') return { ...result, moments: result.moments.slice(0, most) }
  const merged: TaskMoment[] = []
  for (const moment of result.moments.toSorted((one, other) => one.startSec - other.startSec)) {
    const at = merged.findIndex((before) => touches(before, moment))
    const before = merged[at]
    if (before) merged[at] = joined(before, moment)
    else merged.push(moment)
  }
  const moments = merged.sort((one, other) => other.score - one.score).slice(0, most)
  return { ...result, moments }
}

/** Whether a clip goes on where one that began before it ends. */
const touches = (before: TaskMoment, moment: TaskMoment): boolean =>
  before.scope === 'clip' &&
  moment.scope === 'clip' &&
  before.task.id === moment.task.id &&
  before.modality === moment.modality &&
  moment.startSec <= before.endSec + GAP_SEC

const joined = (before: TaskMoment, moment: TaskMoment): TaskMoment => ({
  ...before,
  endSec: Math.max(before.endSec, moment.endSec),
  score: Math.max(before.score, moment.score),
})
