import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { TaskParts } from '../../tasks/parts.ts'
import { admit } from '../admit.ts'
import { keyOf } from '../apiKey.ts'
import { OPEN_TO_BROWSERS } from '../browsers.ts'
import { addOtherMethods, type Method } from '../otherMethods.ts'
import { rateHeaders } from '../rateHeaders.ts'
import { sendFailure, sendProblem } from './problems.ts'
import type { Handler } from './route.ts'

/** Where what no contract has stands. */
export const PREFIX = '/api'

interface Route {
  method: Method
  path: string
  /** Loaded on the first request. */
  handler: () => Promise<Handler>
}

const objects = () => import('./bucketObjects.ts')

const assets = () => import('./assets.ts')

const models = () => import('./modelFiles.ts')

const LIST = '/buckets/:bucket/objects'
const OBJECT = '/buckets/:bucket/objects/*'
const PULL = '/models/pull/:pull'

const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/buckets', handler: async () => (await objects()).listBuckets },
  { method: 'PUT', path: '/buckets/:bucket', handler: async () => (await objects()).makeBucket },
  { method: 'GET', path: LIST, handler: async () => (await objects()).listObjects },
  { method: 'GET', path: OBJECT, handler: async () => (await objects()).getObject },
  { method: 'PUT', path: OBJECT, handler: async () => (await objects()).putObject },
  { method: 'DELETE', path: OBJECT, handler: async () => (await objects()).removeObject },
  { method: 'GET', path: '/assets/:id/content', handler: async () => (await assets()).getContent },
  { method: 'GET', path: '/assets/:id/thumbnails', handler: async () => (await assets()).getThumbnail },
  { method: 'GET', path: '/assets/:id/waveform', handler: async () => (await assets()).getWaveform },
  { method: 'GET', path: '/models', handler: async () => (await models()).listModels },
  { method: 'POST', path: '/models/pull', handler: async () => (await models()).pullModel },
  { method: 'GET', path: PULL, handler: async () => (await models()).getPull },
  { method: 'DELETE', path: PULL, handler: async () => (await models()).stopPull },
  { method: 'DELETE', path: '/models/:model', handler: async () => (await models()).removeModel },
]

const methodsOf = (path: string) => ROUTES.filter((route) => route.path === path).map(({ method }) => method)

/** What the contracts lack: the objects of buckets, the bytes of assets, and models. */
export function nativeRoutes(parts: TaskParts): FastifyPluginAsync {
  const answer = (route: Route) => async (request: FastifyRequest, reply: FastifyReply) => {
    const account = await admit(parts, {
      key: keyOf(request),
      message: 'The API key is missing or not valid.',
      tell: (states, nowMs) => void reply.headers(rateHeaders(states, nowMs)),
    })
    const handler = await route.handler()
    return handler({ parts, account, request, reply })
  }
  return async (app) => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers(OPEN_TO_BROWSERS)
    })
    app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))
    app.setErrorHandler((thrown, _request, reply) => sendFailure(reply, thrown))
    app.setNotFoundHandler((request, reply) =>
      sendProblem(reply, {
        code: 'not_found',
        message: `There is no ${request.method} ${request.url} here.`,
      }),
    )
    for (const route of ROUTES) app.route({ method: route.method, url: route.path, handler: answer(route) })
    for (const path of new Set(ROUTES.map((route) => route.path)))
      addOtherMethods(app, path, methodsOf(path), sendProblem)
  }
}
