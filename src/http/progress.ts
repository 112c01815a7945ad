import type { TaskProgress } from '../domain/progress.ts'

/** How far a task is, the same at every door. What is not known yet is null. */
export const presentProgress = ({ fraction, items, media, itemsPerSec, etaSec }: TaskProgress) => ({
  fraction: rounded(fraction),
  items_total: items.total ?? null,
  items_done: items.done,
  items_failed: items.failed,
  items_skipped: items.skipped,
  ...(media && { media_total_sec: media.totalSec ?? null, media_done_sec: media.doneSec }),
  items_per_sec: itemsPerSec === undefined ? null : rounded(itemsPerSec),
  eta_sec: etaSec === undefined ? null : rounded(etaSec),
})

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4
