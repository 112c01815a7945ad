import { z } from 'zod'
import type { Limits } from '../../domain/limits.ts'

export const DEFAULT_MODEL = 'marengo3.0'

/** An explicit null means the same as leaving the field out. */
const absent = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined)

const absentOr = <Schema extends z.ZodType>(schema: Schema, fallback: z.output<Schema>) =>
  schema
    .nullish()
    .transform((value): z.output<Schema> => value ?? fallback)
    .meta({ default: fallback })

const distinct = <Schema extends z.ZodType>(each: Schema) =>
  z
    .array(each)
    .min(1)
    .refine((values) => new Set(values).size === values.length, 'Each value may be there once')
    .meta({ uniqueItems: true })

const mediaSource = z.strictObject({
  url: absent(z.string()),
  base64_string: absent(z.string().min(1)),
  asset_id: absent(z.string().min(1)),
})

const modelName = absentOr(z.string().min(1), DEFAULT_MODEL)

const seconds = z.number().min(0)
const scopes = absentOr(distinct(z.enum(['clip', 'asset'])), ['clip', 'asset'])
const types = absentOr(distinct(z.enum(['separate_embedding', 'fused_embedding'])), ['separate_embedding'])

const range = { start_sec: absentOr(seconds, 0), end_sec: absent(seconds) }

const fixedOf = (limits: Limits) =>
  z.strictObject({ duration_sec: absentOr(z.int().min(limits.fixedMinSec).max(limits.fixedMaxSec), 6) })

const dynamicOf = (limits: Limits) =>
  z.strictObject({
    min_duration_sec: absentOr(z.int().min(limits.dynamicMinSec).max(limits.dynamicMaxSec), 4),
  })

const videoOf = (limits: Limits) =>
  z.strictObject({
    media_source: mediaSource,
    ...range,
    segmentation: absent(
      z.strictObject({
        strategy: z.enum(['dynamic', 'fixed']),
        dynamic: absent(dynamicOf(limits)),
        fixed: absent(fixedOf(limits)),
      }),
    ),
    embedding_option: absent(distinct(z.enum(['visual', 'audio', 'transcription']))),
    embedding_scope: scopes,
    embedding_type: types,
  })

const audioOf = (limits: Limits) =>
  z.strictObject({
    media_source: mediaSource,
    ...range,
    segmentation: absent(z.strictObject({ strategy: z.literal('fixed'), fixed: absent(fixedOf(limits)) })),
    embedding_option: absent(distinct(z.enum(['audio', 'transcription']))),
    embedding_scope: scopes,
    embedding_type: types,
  })

const page = (limits: Limits) => ({
  page: wholeNumber(1, Number.MAX_SAFE_INTEGER, 1),
  page_limit: wholeNumber(1, limits.pageSize, 10),
})

/** A whole number as it stands in a query. */
const wholeNumber = (least: number, most: number, fallback: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'Expected a whole number')
    .transform(Number)
    .pipe(z.number().min(least).max(most))
    .optional()
    .transform((value) => value ?? fallback)
    .meta({ type: 'integer', minimum: least, maximum: most, default: fallback })

const RFC3339 = /^\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d(\.\d+)?(z|[+-]\d\d:\d\d)$/i

/** Milliseconds since 1970. A month has no 31st day that it does not have, although JavaScript would count on. */
const timestamp = z
  .string()
  .refine(
    (text) => RFC3339.test(text) && isCalendarDay(text),
    'Expected an RFC 3339 time such as 2030-01-31T09:00:00Z',
  )
  .transform((text) => Date.parse(text.toUpperCase()))
  .refine(Number.isFinite, 'Expected an RFC 3339 time such as 2030-01-31T09:00:00Z')
  .meta({ type: 'string', format: 'date-time' })

function isCalendarDay(text: string): boolean {
  const day = text.slice(0, 10)
  const midnight = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day)
}

/** A query key that may be there once or several times. */
const repeated = <Schema extends z.ZodType>(each: Schema) =>
  z
    .union([z.array(each), each.transform((value) => [value])])
    .optional()
    .meta({ type: 'array' })

const FORM_FLAG = z.enum(['true', 'false'])

/** The shapes of every request of this dialect, strict, with the bounds of `limits`. */
export function makeSchemas(limits: Limits) {
  return {
    createTask: z.strictObject({
      input_type: z.enum(['audio', 'video']),
      model_name: modelName,
      video: absent(videoOf(limits)),
      audio: absent(audioOf(limits)),
    }),
    listTasks: z.object({
      started_at: timestamp.optional(),
      ended_at: timestamp.optional(),
      status: z.enum(['processing', 'ready', 'failed']).optional(),
      ...page(limits),
    }),
    embed: z.strictObject({
      input_type: z.enum(['text', 'image']),
      model_name: modelName,
      text: absent(z.strictObject({ input_text: z.string().min(1) })),
      image: absent(z.strictObject({ media_source: mediaSource })),
      auto_truncate: absent(z.literal(false)),
    }),
    createAsset: z.strictObject({
      method: z.enum(['direct', 'url']),
      url: z.string().optional(),
      filename: z.string().min(1).max(limits.filenameCharacters).optional(),
      enable_hls: FORM_FLAG.optional(),
      enable_thumbnail: FORM_FLAG.optional(),
      user_metadata: z.string().optional(),
    }),
    userMetadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    listAssets: z.object({
      asset_ids: repeated(z.string()),
      asset_types: repeated(z.enum(['image', 'video', 'audio', 'document'])),
      filename: z.string().optional(),
      ...page(limits),
    }),
  }
}

export type Schemas = ReturnType<typeof makeSchemas>
export type CreateTaskBody = z.output<Schemas['createTask']>
export type EmbedBody = z.output<Schemas['embed']>
export type MediaSourceBody = z.output<typeof mediaSource>
