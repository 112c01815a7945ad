import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Scope } from '../../domain/scopes.ts'
import type { TaskParts } from '../../tasks/parts.ts'
import { admit, scopeOf } from '../admit.ts'
import { keyOf } from '../apiKey.ts'
import { OPEN_TO_BROWSERS } from '../browsers.ts'
import { addRoutes, type Method } from '../otherMethods.ts'
import { retryHeaders } from '../retryHeaders.ts'
import { presentFailure, presentRefusal, type ErrorAnswer } from './errors.ts'
import { rateHeaders } from './rateHeaders.ts'
import type { Handler } from './route.ts'
import type { Schemas } from './schema.ts'

interface Route {
  method: Method
  path: string
  /** Absent: what its method asks for. */
  scope?: Scope
  /** Loaded on the first request: a server that only starts and idles needs neither zod nor the verbs. */
  handler: () => Promise<Handler>
}

const models = () => import('./models.ts')
const files = () => import('./files.ts')
const batches = () => import('./batches.ts')

const ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/embeddings',
    scope: 'read',
    handler: async () => (await import('./embeddings.ts')).embed,
  },
  { method: 'GET', path: '/models', handler: async () => (await models()).listModels },
  { method: 'GET', path: '/models/*', handler: async () => (await models()).retrieveModel },
  { method: 'GET', path: '/files', handler: async () => (await files()).listFiles },
  { method: 'POST', path: '/files', handler: async () => (await files()).createFile },
  { method: 'GET', path: '/files/:id', handler: async () => (await files()).retrieveFile },
  { method: 'DELETE', path: '/files/:id', handler: async () => (await files()).deleteFile },
  { method: 'GET', path: '/files/:id/content', handler: async () => (await files()).fileContent },
  { method: 'GET', path: '/batches', handler: async () => (await batches()).listBatches },
  { method: 'POST', path: '/batches', handler: async () => (await batches()).createBatch },
  { method: 'GET', path: '/batches/:id', handler: async () => (await batches()).retrieveBatch },
  { method: 'POST', path: '/batches/:id/cancel', handler: async () => (await batches()).cancelBatch },
]

/** What OpenAI's contract says of embeddings: at once, and in batches by way of files. */
export function openaiRoutes(parts: TaskParts): FastifyPluginAsync {
  let schemas: Schemas | undefined
  const schemasOnce = async (): Promise<Schemas> => (schemas ??= (await import('./schema.ts')).makeSchemas())

  const answer = (route: Route) => async (request: FastifyRequest, reply: FastifyReply) => {
    const account = await admit(parts, {
      key: keyOf(request),
      message: 'The API key is missing or not valid. It goes into the header Authorization: Bearer <key>.',
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
    app.addHook('onSend', async (_request, reply) => {
      reply.header('openai-processing-ms', Math.round(reply.elapsedTime))
    })
    app.setErrorHandler((thrown, request, reply) => {
      if (thrown instanceof EmbedlineError) reply.headers(retryHeaders(thrown.retryAfterMs))
      return send(reply, presentFailure(thrown, request.id))
    })
    app.setNotFoundHandler((request, reply) => {
      const message = `Invalid URL (${request.method} ${request.url}).`
      return send(reply, presentRefusal({ code: 'not_found', message }))
    })
    addRoutes(app, ROUTES, answer, (reply, refusal) => send(reply, presentRefusal(refusal)))
  }
}
