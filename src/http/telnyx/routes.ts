import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Scope } from '../../domain/scopes.ts'
import type { TaskParts } from '../../tasks/parts.ts'
import { keyOf } from '../apiKey.ts'
import { admit, scopeOf } from '../admit.ts'
import { rateHeaders } from '../rateHeaders.ts'
import { OPEN_TO_BROWSERS } from '../browsers.ts'
import { addRoutes, type Method } from '../otherMethods.ts'
import { retryHeaders } from '../retryHeaders.ts'
import { presentFailure, presentRefusal, type ErrorAnswer } from './errors.ts'
import type { Handler } from './route.ts'
import type { Schemas } from './schema.ts'

interface Route {
  method: Method
  path: string
  /** What the key must be able to do, where the method does not say it. */
  scope?: Scope
  /** Loaded on the first request: a server that only starts and idles needs neither zod nor the verbs. */
  handler: () => Promise<Handler>
}

const tasks = () => import('./tasks.ts')
const buckets = () => import('./buckets.ts')
const models = () => import('./openaiModels.ts')

// The router prefers words to `:id`, so the order here is the reader's only.
export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/embeddings', handler: async () => (await tasks()).listTasks },
  { method: 'POST', path: '/embeddings', handler: async () => (await tasks()).createTask },
  { method: 'POST', path: '/embeddings/url', handler: async () => (await import('./crawl.ts')).crawl },
  {
    method: 'POST',
    path: '/embeddings/similarity-search',
    scope: 'read',
    handler: async () => (await import('./search.ts')).search,
  },
  { method: 'GET', path: '/embeddings/buckets', handler: async () => (await buckets()).listBuckets },
  {
    method: 'GET',
    path: '/embeddings/buckets/:bucket',
    handler: async () => (await buckets()).retrieveBucket,
  },
  {
    method: 'DELETE',
    path: '/embeddings/buckets/:bucket',
    handler: async () => (await buckets()).deleteBucket,
  },
  { method: 'GET', path: '/embeddings/:id', handler: async () => (await tasks()).retrieveTask },
  {
    method: 'POST',
    path: '/openai/embeddings',
    scope: 'read',
    handler: async () => (await import('./openaiEmbeddings.ts')).embed,
  },
  { method: 'GET', path: '/openai/embeddings/models', handler: async () => (await models()).listModels },
  { method: 'GET', path: '/openai/models', handler: async () => (await models()).listModels },
]

/** The Telnyx AI Embeddings contract, and the OpenAI-compatible operations beside it. */
export function telnyxRoutes(parts: TaskParts): FastifyPluginAsync {
  let schemas: Schemas | undefined
  const schemasOnce = async (): Promise<Schemas> =>
    (schemas ??= (await import('./schema.ts')).makeSchemas(parts.limits))

  const answer = (route: Route) => async (request: FastifyRequest, reply: FastifyReply) => {
    const account = await admit(parts, {
      key: keyOf(request),
      message: 'The bearer token is missing or not valid.',
      scope: scopeOf(route),
      tell: (states, nowMs) => void reply.headers(rateHeaders(states, nowMs)),
    })
    const [handler, theSchemas] = await Promise.all([route.handler(), schemasOnce()])
    return handler({ parts, schemas: theSchemas, account, request, reply })
  }

  return async (app) => {
    const send = (reply: FastifyReply, { status, body }: ErrorAnswer) => reply.code(status).send(body)
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers(OPEN_TO_BROWSERS)
    })
    app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))
    app.setErrorHandler((thrown, request, reply) => {
      if (thrown instanceof EmbedlineError) reply.headers(retryHeaders(thrown.retryAfterMs))
      return send(reply, presentFailure(thrown, request.id))
    })
    app.setNotFoundHandler((request, reply) => {
      const message = `There is no ${request.method} ${request.url} here.`
      return send(reply, presentRefusal({ code: 'not_found', message }))
    })
    addRoutes(app, ROUTES, answer, (reply, refusal) => send(reply, presentRefusal(refusal)))
  }
}
