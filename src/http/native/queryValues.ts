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

/** A parameter of a query that is one word of a list or several, separated by commas or given one by one. */
export const wordsOf = <Word extends string>(words: readonly Word[]) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((given, context) => {
      const all = [given].flat().flatMap((each) => each.split(','))
      const known = words.filter((word) => all.includes(word))
      if (all.every((each) => (words as readonly string[]).includes(each))) return known
      context.addIssue({ code: 'custom', message: `Expected ${words.join(', ')}` })
      return z.NEVER
    })
    .optional()
    .meta({ type: 'string', description: `One of ${words.join(', ')}, or several with commas between them.` })

/** A parameter of a query that is a point of time; in milliseconds. */
export const timeOf = (description: string) =>
  z.iso
    .datetime({ offset: true })
    .transform((given) => Date.parse(given))
    .optional()
    .meta({ type: 'string', format: 'date-time', description })
