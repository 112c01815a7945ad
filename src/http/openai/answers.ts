import { z } from 'zod'

// Answers may have more keys than the contract knows.

const timeOrNull = z.int().nullable().meta({ description: 'Seconds since 1970.' })

export const Failure = z.looseObject({
  error: z.looseObject({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
})

export const Embeddings = z.looseObject({
  object: z.literal('list'),
  data: z.array(
    z.looseObject({
      object: z.literal('embedding'),
      index: z.int(),
      embedding: z.union([z.array(z.number()), z.string()]),
    }),
  ),
  model: z.string(),
  usage: z.looseObject({ prompt_tokens: z.int(), total_tokens: z.int() }),
  space: z.string().meta({ description: 'Vectors of one space may be compared.' }),
})

export const Model = z.looseObject({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
  embedded_by: z.string(),
  precision: z.string(),
  space: z.string(),
  dimension: z.int(),
})

export const Models = z.looseObject({ object: z.literal('list'), data: z.array(Model) })

export const File = z.looseObject({
  id: z.string(),
  object: z.literal('file'),
  bytes: z.int(),
  created_at: z.int(),
  expires_at: z.int(),
  filename: z.string(),
  purpose: z.enum(['batch', 'batch_output']),
  status: z.literal('processed'),
})

export const Deleted = z.looseObject({
  id: z.string(),
  object: z.literal('file'),
  deleted: z.literal(true),
})

export const Batch = z.looseObject({
  id: z.string(),
  object: z.literal('batch'),
  endpoint: z.literal('/v1/embeddings'),
  model: z.string().nullable(),
  errors: z
    .looseObject({
      data: z.array(
        z.looseObject({
          code: z.string(),
          message: z.string(),
          param: z.string().nullable(),
          line: z.int().nullable(),
        }),
      ),
    })
    .nullable(),
  input_file_id: z.string(),
  completion_window: z.literal('24h'),
  status: z.enum([
    'validating',
    'failed',
    'in_progress',
    'finalizing',
    'completed',
    'expired',
    'cancelling',
    'cancelled',
  ]),
  output_file_id: z.string().nullable(),
  error_file_id: z.string().nullable(),
  created_at: z.int(),
  in_progress_at: timeOrNull,
  expires_at: timeOrNull,
  finalizing_at: timeOrNull,
  completed_at: timeOrNull,
  failed_at: timeOrNull,
  expired_at: timeOrNull,
  cancelling_at: timeOrNull,
  cancelled_at: timeOrNull,
  request_counts: z.looseObject({ total: z.int(), completed: z.int(), failed: z.int() }),
  metadata: z.record(z.string(), z.string()).nullable(),
})

const listOf = (row: z.ZodType) =>
  z.looseObject({
    object: z.literal('list'),
    data: z.array(row),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  })

export const Files = listOf(File)
export const Batches = listOf(Batch)
