import { z } from 'zod'

/** What `POST /pauses` takes: one of the three. */
export const PauseOrder = z
  .strictObject({
    account: z
      .string()
      .min(1)
      .nullish()
      .meta({ description: 'All tasks of an account: its own name, or any for the operator.' }),
    kind: z
      .enum(['media', 'bucket', 'batch'])
      .nullish()
      .meta({ description: 'All tasks of a kind (the operator only).' }),
    model: z.string().min(1).nullish().meta({ description: 'All tasks of a model (the operator only).' }),
  })
  .refine((order) => Object.values(order).filter(Boolean).length === 1, {
    error: 'Expected one of account, kind and model',
  })

const time = z.string().meta({ format: 'date-time' })

export const PauseAnswer = z.looseObject({
  id: z.int(),
  account: z.string().optional(),
  kind: z.enum(['media', 'bucket', 'batch']).optional(),
  model: z.string().optional(),
  created_at: time,
  ended_at: time.optional(),
})

export const PauseList = z.looseObject({ pauses: z.array(PauseAnswer) })
