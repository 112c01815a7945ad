import type { FastifyInstance, FastifyReply } from 'fastify'
import { answerPreflight } from './browsers.ts'
import type { Refusal } from './refusal.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export type Method = (typeof METHODS)[number]

/** `OPTIONS` for browsers, and 405 in the dialect's words for the methods that a path does not have. */
export function addOtherMethods(
  app: FastifyInstance,
  path: string,
  own: readonly Method[],
  send: (reply: FastifyReply, refusal: Refusal) => FastifyReply,
): void {
  const allowed = METHODS.filter((method) => own.includes(method === 'HEAD' ? 'GET' : method))
  const allow = [...allowed, 'OPTIONS'].join(', ')
  answerPreflight(app, path, allow)
  app.route({
    method: METHODS.filter((method) => !allowed.includes(method)),
    url: path,
    handler: (request, reply) =>
      send(reply.header('allow', allow), {
        code: 'request_invalid',
        message: `${request.method} is not allowed here; ${allow} are.`,
        status: 405,
      }),
  })
}
