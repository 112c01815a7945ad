import type { z } from 'zod'
import { EmbedlineError } from '../../domain/errors.ts'

/**
 * Parses what a caller sent. Throws `parameter_unknown`, `parameter_missing` or `request_invalid` for the first thing
 * that is wrong, naming its field: `video.embedding_option[0]`.
 */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  throw asError(result.error.issues)
}

/** What zod says of a value that is not what was expected, or not there. */
const WRONG_VALUE: ReadonlySet<string | undefined> = new Set([
  'invalid_type',
  'invalid_value',
  'invalid_union',
])

function asError(issues: readonly z.core.$ZodIssue[]): EmbedlineError {
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys')
  if (unknown?.code === 'unrecognized_keys')
    return new EmbedlineError('parameter_unknown', '', {
      field: place([...unknown.path, unknown.keys[0] ?? '']),
    })
  const [issue] = issues
  if (!issue || issue.path.length === 0)
    return new EmbedlineError('request_invalid', 'The request body must be a JSON object.')
  const field = place(issue.path)
  const isField = typeof issue.path.at(-1) === 'string'
  const isNothing = issue.input === undefined || issue.input === null
  if (isField && isNothing && WRONG_VALUE.has(issue.code))
    return new EmbedlineError('parameter_missing', '', { field })
  return new EmbedlineError('request_invalid', `${issue.message}.`, { field })
}

const place = (path: readonly PropertyKey[]): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')
