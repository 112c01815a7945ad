import type { FastifyRequest } from 'fastify'
import { EmbedlineError } from '../domain/errors.ts'
import { durationMs } from '../lib/duration.ts'

const HEADER = 'x-embedline-retention'

/**
 * How long the caller of a create wants its task to be kept, as part of an order; nothing when it does not say. Throws
 * `request_invalid` for what is no duration.
 */
export function retentionOf({ raw }: Pick<FastifyRequest, 'raw'>): { retentionMs?: number } {
  const text = raw.headers[HEADER]
  if (text === undefined) return {}
  const retentionMs = durationMs(String(text))
  if (retentionMs === undefined)
    throw new EmbedlineError(
      'request_invalid',
      'X-Embedline-Retention must be a duration such as 30m, 12h or 7d.',
    )
  return { retentionMs }
}
