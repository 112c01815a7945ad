import { z } from 'zod'

/** A parameter of a query that is a whole number within bounds, if it is there. */
export const someWholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'Expected a whole number')
    .transform(Number)
    .pipe(z.number().min(least).max(most))
    .optional()
    .meta({ type: 'integer', minimum: least, maximum: most })

/** The same, with what it is when it is not given. */
export const wholeNumber = (least: number, most: number, fallback: number) =>
  someWholeNumber(least, most)
    .transform((value) => value ?? fallback)
    .meta({ type: 'integer', minimum: least, maximum: most, default: fallback })
