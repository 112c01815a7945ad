import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { EmbedlineError } from '../domain/errors.ts'
import type { KeyedRequest } from '../tasks/idempotency.ts'

/** The endpoints name letters, digits, - and _; the general page of the same contract also takes a colon. */
const SANE = /^[A-Za-z0-9_:-]{1,255}$/

const HEADER = 'idempotency-key'

/**
 * The key that a caller gave a request so that it may be sent again; undefined when it has none. Throws
 * `request_invalid` for one that is empty, too long, there twice or holds anything else.
 */
export function idempotencyKey({ raw }: Pick<FastifyRequest, 'raw'>): string | undefined {
  const given = raw.headersDistinct[HEADER]
  if (given === undefined) return undefined
  const [key = ''] = given
  if (given.length === 1 && SANE.test(key)) return key
  throw new EmbedlineError(
    'request_invalid',
    'Idempotency-Key must be there once, with 1 to 255 of letters, digits, "-", "_" and ":".',
  )
}

/**
 * What a create with a key is recognised by: the body byte for byte, the query as its parameters in any order.
 * `bodyHash` is the SHA-256 of the raw body, hex.
 */
export function keyedRequest(
  { method, url }: Pick<FastifyRequest, 'method' | 'url'>,
  key: string,
  bodyHash: string,
): KeyedRequest {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  searchParams.sort()
  const query = String(searchParams)
  return {
    key,
    method,
    path: pathname,
    bodyHash: query === '' ? bodyHash : sha256(`${query}\n${bodyHash}`),
  }
}

/** Hex. */
export const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
