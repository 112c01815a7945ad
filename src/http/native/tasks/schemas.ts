import { z } from 'zod'
import { TASK_STATES } from '../../../domain/states.ts'
import { Progress } from '../../progressSchema.ts'
import { wholeNumber } from '../queryNumbers.ts'

/** So many seconds a caller may wait for the end of a task. */
const LONGEST_WAIT_SEC = 60

export const TaskQuery = z.strictObject({
  wait: wholeNumber(0, LONGEST_WAIT_SEC, 0).meta({
    description: 'Seconds: the answer comes when the task has ended, at the latest after so long.',
  }),
})

const time = z.string().meta({ format: 'date-time' })

export const TaskAnswer = z.looseObject({
  id: z.string(),
  kind: z.enum(['media', 'bucket']),
  state: z.enum(TASK_STATES),
  model: z.looseObject({
    id: z.string(),
    revision: z.string(),
    name: z.string().meta({ description: 'The word that the caller sent.' }),
  }),
  input: z.looseObject({
    type: z.enum(['video', 'audio', 'image', 'document', 'bucket', 'site']),
    asset_id: z.string().optional(),
    filename: z.string().optional(),
    url: z.string().optional(),
    bucket: z.string().optional(),
    duration_sec: z.number().optional(),
    page_count: z.int().optional(),
  }),
  progress: Progress,
  reused_from: z
    .string()
    .optional()
    .meta({ description: 'The task from which the vectors were taken; nothing was embedded anew.' }),
  warnings: z.array(z.looseObject({ code: z.string(), message: z.string() })),
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
  created_at: time,
  updated_at: time,
  finished_at: time.optional(),
  expires_at: time.meta({ description: 'When it goes with its vectors.' }),
})
