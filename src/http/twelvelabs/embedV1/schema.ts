import { z } from 'zod'
import type { Limits } from '../../../domain/limits.ts'
import { wholeWithin } from '../../withinLimits.ts'

const CLIP_LENGTH_SEC = 6

/** A number as it stands in a form. */
const numberIn = <Schema extends z.ZodType<unknown, number>>(schema: Schema) =>
  z
    .string()
    .regex(/^\d{1,9}(\.\d{1,9})?$/, 'Expected a number')
    .transform(Number)
    .pipe(schema)

const seconds = numberIn(z.number().min(0)).optional().meta({ type: 'number', minimum: 0 })

const url = z.string().min(1).optional()

/** A field that is there once or several times, each time with one value or with several between commas. */
const repeated = <Schema extends z.ZodType>(each: Schema) =>
  z.preprocess(
    (given: readonly string[] | undefined) => given?.flatMap((values) => values.split(',')),
    z
      .array(each)
      .min(1)
      .refine((values) => new Set(values).size === values.length, 'Each value may be there once')
      .optional(),
  )

const OPTIONS = ['visual', 'audio', 'transcription', 'visual-text'] as const

/** The fields of the requests of Embed v1 that are no files. */
export function makeEmbedV1Schemas(limits: Limits) {
  const { fixedMinSec, fixedMaxSec } = limits
  const clipLength = numberIn(wholeWithin(limits, { least: 'fixedMinSec', most: 'fixedMaxSec' }))
    .optional()
    .transform((value) => value ?? CLIP_LENGTH_SEC)
    .meta({ type: 'integer', minimum: fixedMinSec, maximum: fixedMaxSec, default: CLIP_LENGTH_SEC })
  return {
    createTask: z.strictObject({
      model_name: z.string().min(1),
      video_url: url,
      video_start_offset_sec: seconds,
      video_end_offset_sec: seconds,
      video_clip_length: clipLength,
      video_embedding_scope: repeated(z.enum(['clip', 'video'])),
    }),
    retrieveTask: z.object({
      embedding_option: z
        .preprocess(
          (given: string | string[] | undefined) => given && [given].flat(),
          repeated(z.enum(OPTIONS)),
        )
        .meta({ type: 'array', items: { type: 'string', enum: OPTIONS } }),
    }),
    embed: z.strictObject({
      model_name: z.string().min(1),
      text: z.string().min(1).optional(),
      image_url: url,
      audio_url: url,
      audio_start_offset_sec: seconds,
    }),
  }
}
