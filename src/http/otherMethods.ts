import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
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

/** Adds the routes of a door, each answered by what `answer` makes of it, and the other methods of their paths. */
export function addRoutes<Route extends { method: Method; path: string }>(
  app: FastifyInstance,
  routes: readonly Route[],
  answer: (route: Route) => (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
  refuse: (reply: FastifyReply, refusal: Refusal) => FastifyReply,
): void {
  for (const route of routes) app.route({ method: route.method, url: route.path, handler: answer(route) })
  for (const path of new Set(routes.map((route) => route.path))) {
    const own = routes.filter((route) => route.path === path).map(({ method }) => method)
    addOtherMethods(app, path, own, refuse)
  }
}
