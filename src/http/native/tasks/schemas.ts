import { z } from 'zod'
import { ITEM_KINDS } from '../../../domain/itemKinds.ts'
import { ITEM_STATES, TASK_STATES } from '../../../domain/states.ts'
import { Progress } from '../../progressSchema.ts'
import { timeOf, wholeNumber, wordsOf } from '../queryValues.ts'

/** So many seconds a caller may wait for the end of a task. */
const LONGEST_WAIT_SEC = 60

export const TaskQuery = z.strictObject({
  wait: wholeNumber(0, LONGEST_WAIT_SEC, 0).meta({
    description: 'Seconds: the answer comes when the task has ended, at the latest after so long.',
  }),
})

const KINDS = ['media', 'bucket', 'batch'] as const

const NEXT_AFTER = '`next_after` of the page before.'

function placeLike(pattern: RegExp) {
  const word = z.string().regex(pattern, 'Expected `next_after` of the page before')
  return word.optional().meta({ description: NEXT_AFTER })
}

export const TaskListQuery = z.strictObject({
  state: wordsOf(TASK_STATES),
  kind: z.enum(KINDS).optional(),
  model: z.string().optional().meta({ description: 'Any name of the model, or its id.' }),
  bucket: z.string().optional(),
  created_after: timeOf('Not at this time, later.'),
  created_before: timeOf('Not at this time, earlier.'),
  after: placeLike(/^\d{1,15}\.[\w-]{1,64}$/),
  limit: wholeNumber(1, 200, 50),
})

export const ItemListQuery = z.strictObject({
  state: wordsOf(ITEM_STATES),
  kind: wordsOf(ITEM_KINDS),
  after: placeLike(/^\d{1,15}\.\d{1,15}$/),
  limit: wholeNumber(1, 1_000, 100),
})

export const HistoryQuery = z.strictObject({
  after: wholeNumber(0, 999_999_999, 0).meta({ description: NEXT_AFTER }),
  limit: wholeNumber(1, 1_000, 200),
})

export const Rerun = z.strictObject({
  model: z.string().min(1).nullish().meta({
    description: 'The name of a model; without it that of the task, which may mean another one by now.',
  }),
})

const time = z.string().meta({ format: 'date-time' })
const failure = z.looseObject({ code: z.string(), message: z.string() })
const count = z.int().nonnegative()

export const TaskAnswer = z.looseObject({
  id: z.string(),
  kind: z.enum(KINDS),
  state: z.enum(TASK_STATES),
  is_paused: z
    .literal(true)
    .optional()
    .meta({ description: 'A pause keeps it from going on: see `/pauses`.' }),
  model: z.looseObject({
    id: z.string(),
    revision: z.string(),
    name: z.string().meta({ description: 'The word that the caller sent.' }),
  }),
  input: z.looseObject({
    type: z.enum(['video', 'audio', 'image', 'document', 'bucket', 'site', 'batch']),
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
  warnings: z.array(failure),
  error: failure.optional(),
  created_at: time,
  updated_at: time,
  finished_at: time.optional(),
  expires_at: time.meta({ description: 'When it goes with its vectors.' }),
})

export const TaskList = z.looseObject({
  tasks: z.array(TaskAnswer),
  next_after: z.string().optional(),
})

export const ItemList = z.looseObject({
  items: z.array(
    z.looseObject({
      id: z.int(),
      key: z.string(),
      kind: z.enum(ITEM_KINDS),
      state: z.enum(ITEM_STATES),
      is_paused: z.literal(true).optional(),
      start_sec: z.number().optional(),
      end_sec: z.number().optional(),
      part: z
        .string()
        .optional()
        .meta({ description: 'Of a document: pages, words, chunks; or the picture.' }),
      first_page: z.int().optional(),
      last_page: z.int().optional(),
      file: z.string().optional().meta({ description: 'The key of a file of the bucket.' }),
      url: z.string().optional(),
      error: failure.optional().meta({ description: 'Of the last attempt that went wrong.' }),
      attempts: count.meta({ description: 'How often it was begun.' }),
      failures: count.meta({
        description: 'Attempts in which it went wrong itself; the third one is its last.',
      }),
      interruptions: count.meta({ description: 'Attempts that ended because a process or a machine died.' }),
      is_alone: z.literal(true).optional().meta({ description: 'Nothing runs beside it.' }),
      worker: z.string().optional().meta({ description: 'Who has it, or had it last.' }),
      created_at: time,
      due_at: time.optional().meta({ description: 'Of one in the queue: not before.' }),
      started_at: time.optional(),
      finished_at: time.optional(),
    }),
  ),
  next_after: z.string().optional().meta({ description: 'There may be more, also when this page is short.' }),
})

/** What `PATCH /tasks/{id}` takes. */
export const TaskChange = z.strictObject({
  expires_at: z.iso.datetime({ offset: true }).meta({
    description:
      'From then on the task, its vectors and the input that came with it are removed. Not further away than EMBEDLINE_RETENTION_MAX.',
  }),
})

export const HistoryAnswer = z.looseObject({
  events: z.array(z.looseObject({ id: z.int(), task_id: z.string(), kind: z.string(), created_at: time })),
  pauses: z.array(z.looseObject({ id: z.int(), created_at: time, ended_at: time.optional() })),
  next_after: z.int().optional(),
})
