import type { z } from 'zod'
import { EmbedlineError } from '../../domain/errors.ts'
import { invalid } from './errors.ts'

/** Holds what was sent against a schema. Throws, naming the first field that is wrong. */
export function parse<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const result = schema.safeParse(given, { reportInput: true })
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field = (issue?.path ?? []).map(String).join('.')
  if (issue?.input === undefined && field !== '')
    throw new EmbedlineError('parameter_missing', `Missing required parameter: '${field}'.`, { field })
  if (field === '') throw new EmbedlineError('request_invalid', 'The request is no JSON object.')
  throw invalid(field, `Invalid value for '${field}': ${issue?.message ?? ''}.`)
}

/** The JSON of a body. Throws `request_invalid`. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch {
    throw new EmbedlineError('request_invalid', 'We could not parse the JSON body of your request.')
  }
}
