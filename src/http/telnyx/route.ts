import type { FastifyRequest } from 'fastify'
import type { DialectCall } from '../call.ts'
import type { Schemas } from './schema.ts'

export type Call = DialectCall<Schemas>

/** What is returned becomes the body of the answer. */
export type Handler = (call: Call) => Promise<unknown>

/** The query as it was written: keys with brackets and repeated keys are the dialect's to read. */
export const queryOf = ({ url }: FastifyRequest): URLSearchParams => {
  const from = url.indexOf('?')
  return new URLSearchParams(from < 0 ? '' : url.slice(from + 1))
}
