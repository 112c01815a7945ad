import { z } from 'zod'
import { MODALITIES, SCOPES } from '../../../domain/embedding.ts'
import { limitsNamed } from '../../../domain/limits.ts'

/** Of one request. */
const MOST_NAMED = 1000
const MOST_MOMENTS = 100

const MOST_NUMBERS = 8192
const RESULTS = limitsNamed('ours').searchResults

const seconds = z.number().min(0).max(1e7)

const source = {
  url: z.string().optional(),
  base64: z.string().min(1).optional(),
  asset_id: z.string().min(1).optional(),
}

const Picture = z
  .strictObject(source)
  .meta({ description: 'Exactly one of `url`, `base64`, `asset_id`. In a form: the file itself.' })

const Media = z
  .strictObject({
    ...source,
    start_sec: seconds.optional(),
    end_sec: seconds.optional(),
  })
  .meta({
    description: 'Exactly one of `url`, `base64`, `asset_id`; and what of it. In a form: the file itself.',
  })

const Clip = z
  .strictObject({
    task_id: z.string().min(1).optional(),
    asset_id: z.string().min(1).optional(),
    start_sec: seconds.optional(),
    end_sec: seconds.optional(),
    page: z.int().min(1).optional(),
    chunk: z.int().min(0).optional(),
    option: z.enum(MODALITIES).optional(),
    exclude_self: z.boolean().default(false),
  })
  .meta({
    description:
      'A moment (`start_sec`, to `end_sec`), a page, a chunk, or the whole of a task, or of the newest task of an asset.',
  })

const Vector = z
  .union(
    [
      z.array(z.number()).min(1).max(MOST_NUMBERS),
      z
        .string()
        .min(1)
        .max(8 * MOST_NUMBERS),
    ],
    {
      error: `Expected at most ${MOST_NUMBERS} numbers, or base64 of float32`,
    },
  )
  .meta({ description: 'Numbers, or base64 of little-endian float32.' })

/** One value, or several of which any will do. */
const anyOf = <Each extends z.ZodType>(each: Each) =>
  z
    .union([each, z.array(each).min(1)])
    .transform((value): z.output<Each>[] =>
      Array.isArray(value) ? (value as z.output<Each>[]) : [value as z.output<Each>],
    )

const metadataValue = z.union([z.string(), z.number(), z.boolean()])

const MetadataTest = z.union(
  [
    metadataValue,
    z.array(metadataValue).min(1),
    z.strictObject({
      gt: z.number().optional(),
      gte: z.number().optional(),
      lt: z.number().optional(),
      lte: z.number().optional(),
    }),
  ],
  { error: 'Expected a value, several values, or bounds of a number' },
)

const Filter = z
  .strictObject({
    option: anyOf(z.enum(MODALITIES)).optional(),
    scope: anyOf(z.enum(SCOPES)).optional(),
    start_sec: seconds.optional(),
    end_sec: seconds.optional(),
    metadata: z.record(z.string(), MetadataTest).optional().meta({
      description:
        'Of the asset: a value, several of which any will do, or bounds of a number (`gt`, `gte`, `lt`, `lte`).',
    }),
    key: z.string().min(1).max(1024).optional().meta({
      description: 'Of files of buckets: `*`, `**`, `?`; without a slash it is held against the last part.',
    }),
  })
  .meta({ description: 'What does not have what a filter asks for is left out.' })

const names = z.array(z.string().min(1)).max(MOST_NAMED).optional()

export const SearchBody = z.strictObject({
  text: z.string().min(1).optional(),
  image: Picture.optional(),
  audio: Media.optional(),
  video: Media.optional(),
  clip: Clip.optional(),
  vector: Vector.optional(),
  model: z.string().min(1).optional().meta({
    description: 'Absent: the model of what is searched, when there is just one; otherwise the default one.',
  }),
  space: z.string().min(1).optional().meta({ description: 'Of `vector`.' }),
  in: z
    .strictObject({ tasks: names, assets: names, buckets: names })
    .refine((range) => Object.keys(range).length > 0, 'Expected `tasks`, `assets` or `buckets`')
    .optional()
    .meta({ description: 'Absent: all tasks and all embedded buckets of the account.' }),
  filter: Filter.optional(),
  limit: z.int().min(1).max(RESULTS).default(10),
  moments: z.int().min(1).max(MOST_MOMENTS).default(3).meta({ description: 'Of each result.' }),
  merge: z.boolean().default(false).meta({ description: 'Joins moments that touch each other.' }),
  min_score: z.number().min(-1).max(1).optional(),
  explain: z.boolean().default(false),
})

export type SearchBody = z.output<typeof SearchBody>

const file = z.string().meta({ format: 'binary' }).optional()

/** The same with a file in the request itself. */
export const SearchForm = z.strictObject({
  request: z.string().optional().meta({ description: 'The other fields, as JSON.' }),
  image: file,
  audio: file,
  video: file,
})

const model = z.looseObject({ id: z.string(), revision: z.string() })
const kind = { model, space: z.string(), dimension: z.int() }

const Moment = z.looseObject({
  score: z.number(),
  option: z.string(),
  scope: z.string(),
  task_id: z.string().optional(),
  start_sec: z.number().optional(),
  end_sec: z.number().optional(),
  page: z.int().optional(),
  quadrant: z.string().optional(),
  chunk: z.int().optional(),
  text: z.string().optional(),
  place: z.looseObject({}).optional(),
})

export const SearchAnswer = z.looseObject({
  query: z.looseObject({ type: z.string(), ...kind }),
  results: z
    .array(
      z.looseObject({
        kind: z.enum(['asset', 'task', 'file']),
        score: z.number().meta({ description: 'Of the best moment: the cosine.' }),
        asset: z.looseObject({ id: z.string(), filename: z.string() }).optional(),
        task: z.looseObject({ id: z.string(), state: z.string() }).optional(),
        bucket: z.string().optional(),
        key: z.string().optional(),
        moments: z.array(Moment),
      }),
    )
    .meta({ description: 'Best first; one for each asset, task without asset, and file of a bucket.' }),
  skipped: z
    .array(z.looseObject({ ...kind, vectors: z.int(), reason: z.string(), message: z.string() }))
    .meta({ description: 'Vectors that may not be compared with the query, and were not.' }),
  method: z.enum(['exact', 'hnsw']).meta({
    description:
      '`hnsw`: a bucket was searched by its index of neighbours (PostgreSQL with pgvector), which may miss some.',
  }),
  warnings: z.array(z.looseObject({ code: z.string(), message: z.string() })).optional(),
  explain: z.looseObject({}).optional(),
})
