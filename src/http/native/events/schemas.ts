import { z } from 'zod'

/** What a client sends that was connected before. */
export const Resuming = z.object({
  'last-event-id': z
    .string()
    .regex(/^\d{1,15}$/, 'Expected the id of an event')
    .transform(Number)
    .optional()
    .meta({
      type: 'integer',
      description:
        'The id of the last event that was received: the stream goes on after it. Without it the events of a task begin with the first, those of the account with the next that happens; 0 asks for all that are kept.',
    }),
})

export const Events = z.string().meta({
  description:
    'Frames `id`, `event` (created, processing, ended, …) and `data` (JSON with `task_id`, `kind`, `created_at`); beside them `progress` without an id, at most one a second for a task. A comment every five seconds.',
})
