import { z } from 'zod'

/** An explicit null means the same as leaving the field out. */
const absent = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined)

const token = z.int().min(0)

const DAY_SEC = 86_400

/** How long a file is kept, counted from when it was made. */
const expiresAfter = z.object({
  anchor: z.literal('created_at'),
  seconds: z.coerce
    .number()
    .int()
    .min(3600)
    .max(30 * DAY_SEC),
})

/** How many of a list are wanted, and after which id. */
const page = (most: number, fallback: number) => ({
  limit: absent(z.coerce.number().int().min(1).max(most))
    .transform((value) => value ?? fallback)
    .meta({ type: 'integer', minimum: 1, maximum: most, default: fallback }),
  after: absent(z.string()),
})

const MOST_METADATA = 16
const METADATA_NAME_CHARACTERS = 64
const METADATA_VALUE_CHARACTERS = 512

const metadata = z
  .record(z.string().max(METADATA_NAME_CHARACTERS), z.string().max(METADATA_VALUE_CHARACTERS))
  .refine(
    (entries) => Object.keys(entries).length <= MOST_METADATA,
    `at most ${MOST_METADATA} keys are taken`,
  )

/** The shapes of every request of this dialect. Keys that they do not know are ignored. */
export const makeSchemas = () => ({
  embed: z.object({
    input: z.union([z.string(), z.array(z.string()), z.array(token), z.array(z.array(token))], {
      error: 'expected a string, an array of strings, an array of tokens, or an array of arrays of tokens',
    }),
    model: z.string(),
    encoding_format: absent(z.enum(['float', 'base64'])).transform((format) => format ?? ('float' as const)),
    dimensions: absent(z.int().min(1)),
  }),
  createFile: z.object({
    purpose: z.literal('batch', {
      error: "only 'batch' is taken: files serve batches of embeddings here",
    }),
    expires_after: absent(expiresAfter),
  }),
  listFiles: z.object({
    ...page(10_000, 10_000),
    order: absent(z.enum(['asc', 'desc'])).transform((order) => order ?? ('desc' as const)),
    purpose: absent(z.string()),
  }),
  createBatch: z.object({
    input_file_id: z.string(),
    endpoint: z.literal('/v1/embeddings', { error: "only '/v1/embeddings' is served" }),
    completion_window: z.literal('24h'),
    metadata: absent(metadata),
    output_expires_after: absent(expiresAfter),
  }),
  listBatches: z.object(page(100, 20)),
  line: z.object({
    custom_id: z.string().min(1),
    method: z.literal('POST'),
    url: z.literal('/v1/embeddings'),
    body: z.looseObject({ model: z.string() }),
  }),
})

export type Schemas = ReturnType<typeof makeSchemas>
export type EmbedBody = z.output<Schemas['embed']>
