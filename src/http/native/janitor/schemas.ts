import { z } from 'zod'

export const Run = z.object({
  dry_run: z
    .enum(['true', 'false', ''])
    .optional()
    .meta({ description: 'Only say what would be removed; GET never does anything else.' }),
})

export const Leftovers = z.looseObject({
  dry_run: z.boolean(),
  removed: z.array(
    z.looseObject({
      reason: z.string(),
      count: z.int(),
      size_bytes: z.int().meta({ description: 'Of what is stored; estimated where there are many vectors.' }),
    }),
  ),
  size_bytes: z.int(),
})
