import { z } from 'zod'

/** What `PATCH /tasks/{id}` takes. */
export const TaskChange = z.strictObject({
  expires_at: z.iso.datetime({ offset: true }).meta({
    description:
      'From then on the task, its vectors and the input that came with it may be removed. Not further away than EMBEDLINE_RETENTION_MAX.',
  }),
})

export const ChangedTask = z.looseObject({
  id: z.string(),
  expires_at: z.string().meta({ format: 'date-time' }),
})
