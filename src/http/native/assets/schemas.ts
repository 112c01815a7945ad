import { z } from 'zod'
import { wholeNumber } from '../queryValues.ts'

export const ThumbnailQuery = z.strictObject({
  at: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,6})?$/, 'Expected a number of seconds')
    .transform(Number)
    .optional()
    .meta({ type: 'number', minimum: 0, description: 'Seconds; a tenth into the video unless said.' }),
  width: wholeNumber(16, 1920, 480).meta({ description: 'Pixels at most.' }),
  format: z.enum(['jpeg', 'webp']).default('jpeg'),
})

export const WaveformQuery = z.strictObject({ points: wholeNumber(1, 10_000, 800) })

const samples = z.array(z.number())

export const WaveformAnswer = z.looseObject({
  duration_sec: z.number(),
  min: samples.meta({ description: 'Lowest sample of each of so many equal stretches, -1..1, mono.' }),
  max: samples.meta({ description: 'Highest sample of each.' }),
})
