import type { FastifyRequest } from 'fastify'

/** The key of a request, `Authorization: Bearer …` or else `x-api-key`; empty when it has none. */
export function keyOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const [, bearer] = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '') ?? []
  const plain = headers['x-api-key']
  return bearer ?? (typeof plain === 'string' ? plain : '')
}
