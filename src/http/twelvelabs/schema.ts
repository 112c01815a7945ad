import { z } from 'zod'
import type { Limits } from '../../domain/limits.ts'
import { beyond, wholeWithin } from '../withinLimits.ts'
import { makeEmbedV1Schemas } from './embedV1/schema.ts'
import { absent, absentOr, distinct, mediaSource, range, types } from './fields.ts'
import { makeNewerSchemas, multiInput } from './marengo35/schema.ts'
import { DEFAULT_MODEL } from './modelName.ts'
import { parseTimestamp } from './timestamp.ts'

/** A field of the contract that clients may send as null, and that another model is needed for. */
const notHere = (message: string) =>
  z
    .null({ error: message })
    .optional()
    .transform(() => undefined)

const ofLaterModel = notHere('It needs `marengo3.5`')

const uncertainty = absent(z.literal(false, { error: 'It needs `marengo3.5`' }))

const modelName = absentOr(z.string().min(1), DEFAULT_MODEL)

const scopes = absentOr(distinct(z.enum(['clip', 'asset'])), ['clip', 'asset'])

const fixedOf = (limits: Limits) =>
  z.strictObject({
    duration_sec: absentOr(wholeWithin(limits, { least: 'fixedMinSec', most: 'fixedMaxSec' }), 6),
  })

const dynamicOf = (limits: Limits) =>
  z.strictObject({
    min_duration_sec: absentOr(wholeWithin(limits, { least: 'dynamicMinSec', most: 'dynamicMaxSec' }), 4),
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
    time_based_metadata: ofLaterModel,
  })

const audioOf = (limits: Limits) =>
  z.strictObject({
    media_source: mediaSource,
    ...range,
    segmentation: absent(z.strictObject({ strategy: z.literal('fixed'), fixed: absent(fixedOf(limits)) })),
    embedding_option: absent(distinct(z.enum(['audio', 'transcription']))),
    embedding_scope: scopes,
    embedding_type: types,
    time_based_metadata: ofLaterModel,
  })

const page = (limits: Limits) => ({
  page: wholeNumber(1, Number.MAX_SAFE_INTEGER, 1),
  page_limit: wholeNumber(1, limits.pageSize, 10, beyond(limits, 'pageSize')),
})

/** A whole number as it stands in a query. */
const wholeNumber = (least: number, most: number, fallback: number, whyNotMore?: string) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'Expected a whole number')
    .transform(Number)
    .pipe(z.number().min(least).max(most, whyNotMore))
    .optional()
    .transform((value) => value ?? fallback)
    .meta({ type: 'integer', minimum: least, maximum: most, default: fallback })

const timestamp = z
  .string()
  .transform((text, context) => {
    const ms = parseTimestamp(text)
    if (ms !== undefined) return ms
    context.addIssue('Expected an RFC 3339 time such as 2030-01-31T09:00:00Z')
    return z.NEVER
  })
  .meta({ type: 'string', format: 'date-time' })

/** A query key that may be there once or several times, each time with one value or with several between commas. */
const repeated = <Schema extends z.ZodType>(each: Schema) =>
  z.preprocess(
    (given: string | string[] | undefined) =>
      given === undefined ? undefined : [given].flat().flatMap((values) => values.split(',')),
    z.array(each).optional(),
  )

const FORM_FLAG = z.enum(['true', 'false'])

const metadataValue = z.union([z.string(), z.number(), z.boolean()])
const userMetadata = z.record(z.string(), metadataValue)

const NOT_OFFERED = { description: 'Accepted; streams are not offered, and no answer has `hls`.' }

/** So many parts may be named in one request. */
const NAMED_PARTS = 500

/** Of so many parts addresses may be asked for at once. */
const ADDRESSED_PARTS = 50

/** The shapes of every request of this dialect, strict, with the bounds of `limits`. */
export function makeSchemas(limits: Limits) {
  return {
    ...makeNewerSchemas(limits),
    createTask: z.strictObject({
      input_type: z.enum(['audio', 'video']),
      model_name: modelName,
      video: absent(videoOf(limits)),
      audio: absent(audioOf(limits)),
      image: ofLaterModel,
      document: ofLaterModel,
      embedding_uncertainty: uncertainty,
      embedding_dimension: ofLaterModel,
    }),
    listTasks: z.object({
      started_at: timestamp.optional(),
      ended_at: timestamp.optional(),
      status: z.enum(['processing', 'ready', 'failed']).optional(),
      ...page(limits),
    }),
    embed: z.strictObject({
      input_type: z.enum(['text', 'image', 'text_image', 'audio', 'video', 'multi_input']),
      model_name: modelName,
      text: absent(z.strictObject({ input_text: z.string().min(1) })),
      image: absent(z.strictObject({ media_source: mediaSource })),
      text_image: absent(z.strictObject({ media_source: mediaSource, input_text: z.string().min(1) })),
      audio: absent(audioOf(limits)),
      video: absent(videoOf(limits)),
      multi_input: absent(multiInput(z.literal('image', { error: 'It needs `marengo3.5`' }))),
      auto_truncate: absent(z.literal(false)),
      embedding_uncertainty: uncertainty,
      embedding_dimension: ofLaterModel,
    }),
    createAsset: z.strictObject({
      method: z.enum(['direct', 'url']),
      url: z.string().optional(),
      filename: z
        .string()
        .min(1)
        .max(limits.filenameCharacters, beyond(limits, 'filenameCharacters'))
        .optional(),
      enable_hls: FORM_FLAG.optional().meta(NOT_OFFERED),
      enable_thumbnail: FORM_FLAG.optional(),
      user_metadata: z.string().optional(),
    }),
    userMetadata,
    listAssets: z.object({
      asset_ids: repeated(z.string()),
      asset_types: repeated(z.enum(['image', 'video', 'audio', 'document'])),
      filename: z.string().optional(),
      ...page(limits),
    }),
    transcription: z.object({
      include: repeated(z.enum(['words', 'sentences', 'utterances'])),
      language: z.string().min(1).optional(),
    }),
    deleteAsset: z.object({ force: FORM_FLAG.optional() }),
    changeUserMetadata: z.strictObject({ user_metadata: z.record(z.string(), metadataValue.nullable()) }),
    createUpload: z.strictObject({
      filename: z.string().min(1).max(limits.filenameCharacters, beyond(limits, 'filenameCharacters')),
      type: z.enum(['video', 'audio', 'image']),
      total_size: wholeWithin(limits, { least: 1, most: 'partedUploadBytes' }),
      enable_hls: absent(z.boolean()).meta(NOT_OFFERED),
      enable_thumbnail: absent(z.boolean()),
      user_metadata: absent(userMetadata),
    }),
    listParts: z.object(page(limits)),
    listUploads: z.object(page(limits)),
    addressParts: z.strictObject({ start: z.int().min(1), count: z.int().min(1).max(ADDRESSED_PARTS) }),
    partAddress: z.strictObject({
      expires: z.string().regex(/^\d{1,15}$/),
      key: z.string().default(''),
      signature: z.string(),
    }),
    reportParts: z.strictObject({
      completed_chunks: z
        .array(
          z.strictObject({
            chunk_index: z.int().min(1),
            proof: z.string().min(1),
            proof_type: z.literal('etag'),
            chunk_size: z.int().min(0),
          }),
        )
        .min(1)
        .max(NAMED_PARTS),
    }),
    embedV1: makeEmbedV1Schemas(limits),
  }
}

export type Schemas = ReturnType<typeof makeSchemas>
export type CreateTaskBody = z.output<Schemas['createTask']>
export type EmbedBody = z.output<Schemas['embed']>
