import { z } from 'zod'
import type { Limits } from '../../../domain/limits.ts'
import { wholeWithin } from '../../withinLimits.ts'
import { absent, absentOr, distinct, mediaSource, range, types } from '../fields.ts'

/** How many numbers a vector may be shortened to. */
const DIMENSIONS = [128, 256, 512] as const

const INPUT_TYPES = ['audio', 'video', 'image', 'document'] as const

const modelName = z.literal('marengo3.5')

/** Of both ways to embed. */
const vectors = {
  embedding_uncertainty: absentOr(z.boolean(), false),
  embedding_dimension: absent(z.literal(DIMENSIONS, `Expected one of ${DIMENSIONS.join(', ')}`)),
}

const temporalOf = (limits: Limits) =>
  z.strictObject({
    temporal: z.strictObject({
      strategy: z.enum(['dynamic', 'fixed']),
      dynamic: absent(
        z.strictObject({
          min_duration_sec: absentOr(
            wholeWithin(limits, { least: 'dynamicMinSec', most: 'dynamicMaxSec' }),
            2,
          ),
        }),
      ),
      fixed: absent(
        z.strictObject({
          duration_sec: absentOr(wholeWithin(limits, { least: 'fixedMinSec', most: 'fixedMaxSec' }), 6),
        }),
      ),
    }),
  })

const timedText = z.strictObject({
  start: z.number().min(0),
  end: z.number().min(0),
  text: z.string().min(1),
})

const clipsOf = <Option extends z.ZodType>(limits: Limits, option: Option) =>
  z.strictObject({
    media_source: mediaSource,
    ...range,
    segmentation: absent(temporalOf(limits)),
    embedding_option: absent(distinct(option)),
    embedding_scope: absentOr(distinct(z.enum(['clip', 'local', 'asset'])), ['clip', 'asset']),
    embedding_type: types,
    time_based_metadata: absent(z.array(timedText)),
  })

const MOST_SOURCES = 10

const nothing = z
  .null()
  .optional()
  .transform(() => undefined)

const only = <Value extends string>(value: Value) => absentOr(distinct(z.enum([value])), [value])

const image = z.strictObject({
  media_source: mediaSource,
  embedding_option: only('visual'),
  embedding_type: only('separate_embedding'),
  embedding_scope: only('asset'),
})

const document = z.strictObject({
  media_source: mediaSource,
  segmentation: absent(
    z.strictObject({
      spatial: absent(z.strictObject({ strategy: z.enum(['standard', 'quadrants']) })),
      sequential: absent(
        z.strictObject({
          strategy: z.literal('sentence'),
          max_sentences: z.int().min(1),
          overlap_sentences: absentOr(z.int().min(0), 0),
        }),
      ),
    }),
  ),
  embedding_option: absent(distinct(z.enum(['visual', 'text']))),
  embedding_type: only('separate_embedding'),
  embedding_scope: absent(distinct(z.enum(['local', 'asset']))),
})

/** What a model takes into one vector. */
export const multiInput = <Type extends z.ZodType>(mediaType: Type) =>
  z.strictObject({
    input_text: absent(z.string().min(1)),
    media_sources: absent(
      z
        .array(mediaSource.extend({ name: absent(z.string().min(1)), media_type: mediaType }))
        .max(MOST_SOURCES),
    ),
  })

/** The shapes of requests for Marengo 3.5, with the bounds of `limits`. */
export const makeNewerSchemas = (limits: Limits) => ({
  createNewerTask: z.strictObject({
    input_type: z.enum(INPUT_TYPES),
    model_name: modelName,
    video: absent(clipsOf(limits, z.enum(['visual', 'audio']))),
    audio: absent(clipsOf(limits, z.enum(['audio']))),
    image: absent(image),
    document: absent(document),
    ...vectors,
  }),
  embedNewer: z.strictObject({
    input_type: z.literal('multi_input'),
    model_name: modelName,
    multi_input: absent(multiInput(z.enum(['image', 'video', 'audio', 'document']))),
    auto_truncate: absentOr(z.boolean(), false),
    ...vectors,
    text: nothing,
    image: nothing,
    text_image: nothing,
    audio: nothing,
    video: nothing,
  }),
})

type NewerSchemas = ReturnType<typeof makeNewerSchemas>
export type NewerTaskBody = z.output<NewerSchemas['createNewerTask']>
export type NewerEmbedBody = z.output<NewerSchemas['embedNewer']>
export type MultiInputBody = NonNullable<NewerEmbedBody['multi_input']>
export type DocumentBody = z.output<typeof document>
export type ClipsBody = NonNullable<NewerTaskBody['video'] | NewerTaskBody['audio']>
