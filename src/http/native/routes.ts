import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { TaskParts } from '../../tasks/parts.ts'
import { admit, scopeOf } from '../admit.ts'
import { keyOf } from '../apiKey.ts'
import { OPEN_TO_BROWSERS } from '../browsers.ts'
import { addRoutes } from '../otherMethods.ts'
import { rateHeaders } from '../rateHeaders.ts'
import { ROUTES as ASSETS } from './assets/routes.ts'
import { ROUTES as BATCH } from './batch/routes.ts'
import { ROUTES as BUCKETS } from './buckets/routes.ts'
import { ROUTES as ACCOUNTS } from './accounts/routes.ts'
import { ROUTES as EMBEDDINGS } from './embeddings/routes.ts'
import { ROUTES as EVENTS } from './events/routes.ts'
import { ROUTES as KEYS } from './keys/routes.ts'
import { ROUTES as LIMITS } from './limits/routes.ts'
import { ROUTES as MODELS } from './models/routes.ts'
import { ROUTES as PAUSES } from './pauses/routes.ts'
import { ROUTES as TASKS } from './tasks/routes.ts'
import { ROUTES as USAGE } from './usage/routes.ts'
import { sendFailure, sendProblem } from './problems.ts'
import { ROUTES as JANITOR } from './janitor/routes.ts'
import type { Route } from './route.ts'
import { ROUTES as SEARCH } from './search/routes.ts'

/** Where what no contract has stands. */
export const PREFIX = '/api'

/** By noun; `openapi.ts` has a description of each. */
export const ROUTES: readonly Route[] = [
  ...BUCKETS,
  ...BATCH,
  ...ASSETS,
  ...MODELS,
  ...KEYS,
  ...ACCOUNTS,
  ...USAGE,
  ...LIMITS,
  ...TASKS,
  ...EVENTS,
  ...PAUSES,
  ...JANITOR,
  ...SEARCH,
  ...EMBEDDINGS,
]

/** What the contracts lack: the objects of buckets, the bytes of assets, and models. */
export function nativeRoutes(parts: TaskParts): FastifyPluginAsync {
  const closing = new AbortController()
  const answer = (route: Route) => async (request: FastifyRequest, reply: FastifyReply) => {
    const account = await admit(parts, {
      key: keyOf(request),
      message: 'The API key is missing or not valid.',
      scope: scopeOf(route),
      tell: (states, nowMs) => void reply.headers(rateHeaders(states, nowMs)),
    })
    const handler = await route.handler()
    return handler({ parts, account, request, reply, closing: closing.signal })
  }
  return async (app) => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers(OPEN_TO_BROWSERS)
    })
    app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))
    app.addHook('preClose', async () => closing.abort())
    app.setErrorHandler((thrown, _request, reply) => sendFailure(reply, thrown))
    app.setNotFoundHandler((request, reply) =>
      sendProblem(reply, {
        code: 'not_found',
        message: `There is no ${request.method} ${request.url} here.`,
      }),
    )
    addRoutes(app, ROUTES, answer, sendProblem)
  }
}
