import { z } from 'zod'
import { Progress } from '../progressSchema.ts'
import { REASONS } from './reasons.ts'

// The shapes of what this dialect answers, for its description; tests hold real answers against them.

const time = z.string().meta({ format: 'date-time' })
const status = z.enum(['queued', 'processing', 'success', 'failure', 'partial_success'])

const reason = z.enum([...REASONS.keys()]).meta({
  description: [...REASONS].map(([word, meaning]) => `${word}: ${meaning}`).join('; '),
})

const model = z.looseObject({
  id: z.string(),
  revision: z.string(),
  precision: z.string().optional(),
  space: z.string().optional(),
  dimension: z.int().optional(),
})

const warnings = z
  .array(z.looseObject({ code: z.string(), message: z.string() }))
  .meta({ description: 'What a caller should know of a result that is otherwise fine.' })

const task = z.looseObject({
  task_id: z.string(),
  task_name: z.string(),
  status,
  created_at: time,
  finished_at: time.optional(),
  bucket: z.string(),
  embedding_model: z.string(),
  document_chunk_size: z.int(),
  document_chunk_overlap_size: z.int(),
  loader: z.string(),
  files_total: z.int(),
  files_done: z.int(),
  files_failed: z.int(),
  files_skipped: z.int().meta({ description: 'Unchanged since they were embedded with the same settings.' }),
  files_removed: z.int(),
  progress: Progress,
  url: z.string().optional().meta({ description: 'Of a site that is crawled: where that begins.' }),
  pages: z
    .looseObject({
      found: z.int().meta({ description: 'Pages of the site that are known.' }),
      fetched: z.int().meta({ description: 'Asked for, without those that only lead to another page.' }),
      stored: z.int().meta({ description: 'New or changed objects of the bucket.' }),
      unchanged: z.int(),
      duplicate: z.int().meta({ description: 'The same as another page, by content or by its own word.' }),
      redirected: z.int(),
      skipped: z
        .int()
        .meta({ description: 'Left out: robots.txt, noindex, types that are not read, traps.' }),
      missing: z.int().meta({ description: 'Links to pages that are not there.' }),
      failed: z.int(),
    })
    .optional(),
  failed_pages: z
    .array(z.looseObject({ url: z.string(), error_reason: z.string(), error_message: z.string() }))
    .optional()
    .meta({ description: 'Of one task: the first 100 pages that could not be had.' }),
  error_reason: reason.optional(),
  error_message: z.string().optional(),
  model,
  warnings: warnings.optional(),
})

const user = { user_id: z.string() }

export const CreatedTask = z.looseObject({
  data: task.extend({ ...user, finished_at: time.nullable() }),
})

export const Task = z.looseObject({ data: task })

export const TaskList = z.looseObject({ data: z.array(task.extend(user)), warnings: warnings.optional() })

export const Buckets = z.looseObject({ data: z.looseObject({ buckets: z.array(z.string()) }) })

export const Files = z.looseObject({
  data: z.array(
    z.looseObject({
      filename: z.string(),
      status,
      created_at: time,
      updated_at: time.optional(),
      last_embedded_at: time.optional(),
      error_reason: reason.optional(),
      error_message: z.string().optional(),
      size_bytes: z.int(),
      chunks: z.int(),
      checksum: z.string().optional().meta({ description: 'MD5 of what is embedded, hex.' }),
    }),
  ),
})

export const Results = z.looseObject({
  data: z.array(
    z.looseObject({
      document_chunk: z.string(),
      distance: z.number().meta({ description: '1 - cosine, from 0 to 2.' }),
      metadata: z.looseObject({
        source: z
          .string()
          .meta({ description: 'Where the file can be had: of a crawled page its own address.' }),
        checksum: z.string(),
        embedding: z.string(),
        filename: z.string(),
        certainty: z.number().meta({ description: '1 - distance / 2.' }),
        loader_metadata: z.record(z.string(), z.union([z.string(), z.number()])),
      }),
    }),
  ),
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
  usage: z.looseObject({
    prompt_tokens: z
      .int()
      .meta({ description: 'Words and punctuation marks, as the built-in model counts.' }),
    total_tokens: z.int(),
  }),
  space: z.string(),
  warnings: warnings.optional(),
})

export const ModelList = z.looseObject({
  object: z.literal('list'),
  data: z.array(
    z.looseObject({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() }),
  ),
})

const gateway = z.looseObject({
  errors: z.array(z.looseObject({ code: z.string(), title: z.string(), detail: z.string() })),
})
const invalid = z.looseObject({
  detail: z.array(
    z.looseObject({
      loc: z.array(z.union([z.string(), z.int()])),
      msg: z.string(),
      type: z.string(),
      ctx: z.looseObject({ reason: z.string() }).optional(),
    }),
  ),
})
const bucketMissing = z.looseObject({
  detail: z.array(z.looseObject({ code: z.string(), title: z.string(), detail: z.string() })),
})

export const Failure = z.union([gateway, invalid, bucketMissing])
