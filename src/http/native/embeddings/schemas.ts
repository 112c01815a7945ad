import { z } from 'zod'
import { MODALITIES, SCOPES } from '../../../domain/embedding.ts'
import { someWholeNumber, wordsOf } from '../queryValues.ts'

/** Of an answer in JSON; NDJSON has no bound, and without a limit sends all. */
export const PAGE_EMBEDDINGS = 1000
const MOST_EMBEDDINGS = 100_000_000

/** What can be told of an embedding, in the order in which it is told. */
export const FIELDS = [
  'id',
  'option',
  'scope',
  'start_sec',
  'end_sec',
  'page',
  'quadrant',
  'key',
  'source_url',
  'chunk',
  'text',
  'place',
  'model',
  'space',
  'dimension',
  'embedding',
  'uncertainty',
] as const

export type Field = (typeof FIELDS)[number]

const seconds = z
  .string()
  .regex(/^\d{1,7}(\.\d{1,6})?$/, 'Expected a number of seconds')
  .transform(Number)
  .meta({ type: 'number', minimum: 0 })

export const EmbeddingsQuery = z.strictObject({
  fields: wordsOf(FIELDS),
  option: wordsOf(MODALITIES),
  scope: wordsOf(SCOPES),
  start_sec: seconds.optional(),
  end_sec: seconds.optional(),
  encoding_format: z
    .enum(['float', 'base64'])
    .default('float')
    .meta({ description: '`base64` is of little-endian float32.' }),
  after: z.string().min(1).max(2000).optional().meta({ description: 'The `id` of an embedding.' }),
  limit: someWholeNumber(1, MOST_EMBEDDINGS).meta({
    description: `${PAGE_EMBEDDINGS} unless said; of NDJSON all.`,
  }),
})

export type EmbeddingsQuery = z.output<typeof EmbeddingsQuery>

export const AcceptHeaders = z.object({
  Accept: z
    .string()
    .optional()
    .meta({ description: '`application/x-ndjson`: a line of JSON for each embedding, and nothing else.' }),
})

const Embedding = z.looseObject({
  id: z.string().optional(),
  option: z.string().optional(),
  scope: z.string().optional(),
  start_sec: z.number().optional(),
  end_sec: z.number().optional(),
  space: z.string().optional(),
  dimension: z.int().optional(),
  embedding: z.union([z.array(z.number()), z.string()]).optional(),
})

export const EmbeddingsAnswer = z.looseObject({
  task_id: z.string(),
  state: z.string(),
  embeddings: z.array(Embedding),
  next_after: z.string().optional(),
})
