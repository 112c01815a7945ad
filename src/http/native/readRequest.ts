import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { EmbedlineError } from '../../domain/errors.ts'
import { readBody } from '../requestBody.ts'

/**
 * The JSON body of a request. Throws `too_large`, and `request_invalid` that names the field for what the schema does
 * not take.
 */
export async function readJson<Schema extends z.ZodType>(
  request: FastifyRequest,
  schema: Schema,
  mostBytes: number,
): Promise<z.output<Schema>> {
  return parse(parseJson(await readBody(request.raw, mostBytes)), schema)
}

/** The same of a body that was read already; an empty one is an empty object. */
export const parseBody = <Schema extends z.ZodType>(bytes: Buffer, schema: Schema): z.output<Schema> =>
  parse(bytes.length === 0 ? {} : parseJson(bytes), schema)

/** What stands behind the question mark. Throws `request_invalid` that names the parameter. */
export const readQuery = <Schema extends z.ZodType>(
  request: FastifyRequest,
  schema: Schema,
): z.output<Schema> => parse(request.query, schema)

/** The headers that the schema names, in lower case. Throws `request_invalid` that names the header. */
export const readHeaders = <Schema extends z.ZodObject>(
  request: FastifyRequest,
  schema: Schema,
): z.output<Schema> => parse(request.headers, schema)

/** A value that came with a request. Throws `request_invalid` that names the field for what the schema does not take. */
export function parse<Schema extends z.ZodType>(given: unknown, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const path = issue?.path ?? []
  const field = (issue?.code === 'unrecognized_keys' ? [...path, issue.keys[0]] : path).join('.')
  throw new EmbedlineError('request_invalid', issue?.message ?? '', { ...(field !== '' && { field }) })
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    throw new EmbedlineError('request_invalid', 'The body is no JSON.')
  }
}
