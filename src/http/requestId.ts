import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** What may come from outside and go into logs and headers. */
const SANE = /^[A-Za-z0-9._:-]{1,128}$/

/** The id that the caller gave the request in `X-Request-Id`, or a new one. */
export function requestId(raw: IncomingMessage): string {
  const given = raw.headers['x-request-id']
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID()
}
