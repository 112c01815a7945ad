import type { FastifyRequest } from 'fastify'
import { EmbedlineError } from '../domain/errors.ts'

const HEADER = 'x-embedline-reuse'

/**
 * Whether vectors may be taken from another task that asked for the same, as the caller says; nothing when it does not.
 * Throws `request_invalid` for another word than `yes` and `no`.
 */
export function reuseWish({ headers }: Pick<FastifyRequest, 'headers'>): { mayReuse?: boolean } {
  const word = headers[HEADER]
  if (word === undefined) return {}
  if (word === 'yes' || word === 'no') return { mayReuse: word === 'yes' }
  throw new EmbedlineError('request_invalid', 'X-Embedline-Reuse must be `yes` or `no`.')
}
