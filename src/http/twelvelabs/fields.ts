import { z } from 'zod'

/** An explicit null means the same as leaving the field out. */
export const absent = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined)

export const absentOr = <Schema extends z.ZodType>(schema: Schema, fallback: z.output<Schema>) =>
  schema
    .nullish()
    .transform((value): z.output<Schema> => value ?? fallback)
    .meta({ default: fallback })

export const distinct = <Schema extends z.ZodType>(each: Schema) =>
  z
    .array(each)
    .min(1)
    .refine((values) => new Set(values).size === values.length, 'Each value may be there once')
    .meta({ uniqueItems: true })

export const mediaSource = z.strictObject({
  url: absent(z.string()),
  base64_string: absent(z.string().min(1)),
  asset_id: absent(z.string().min(1)),
})

const seconds = z.number().min(0)
export const types = absentOr(z.array(z.enum(['separate_embedding', 'fused_embedding'])).min(1), [
  'separate_embedding',
])

export const range = { start_sec: absentOr(seconds, 0), end_sec: absent(seconds) }

export type MediaSourceBody = z.output<typeof mediaSource>
