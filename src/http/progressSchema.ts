import { z } from 'zod'

const count = z.int().nonnegative()
const seconds = z.number().nonnegative()

/** How far a task is: what `progress.ts` beside it makes. */
export const Progress = z
  .looseObject({
    fraction: z.number().min(0).max(1).meta({
      description:
        'Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.',
    }),
    items_total: count.nullable().meta({ description: 'Slices, parts or files; null until all are known.' }),
    items_done: count,
    items_failed: count,
    items_skipped: count.meta({ description: 'Files that are unchanged or gone.' }),
    media_total_sec: seconds.nullable().optional().meta({
      description: 'Of a task of video or sound: how much is embedded; null until it was looked at.',
    }),
    media_done_sec: seconds.optional(),
    items_per_sec: seconds.nullable().meta({
      description: 'Over the last ten items that were settled; null before the third and at the end.',
    }),
    eta_sec: seconds.nullable().meta({ description: 'Until all items are settled, at that rate.' }),
  })
  .meta({ description: 'Not a part of the contracts: an addition of this server.' })
