import type { FastifyRequest } from 'fastify'

/** Whether the client would rather have a task than wait for the answer (RFC 7240, 4.1). */
export function prefersAsync({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const given = [headers['prefer'] ?? []].flat().join(',')
  const preferences = given.replaceAll(/"[^"]*"/g, '').split(',')
  return preferences.some((each) => /^\s*respond-async\s*(?:;|$)/i.test(each))
}
