import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { EmbedlineError } from '../../domain/errors.ts'
import { authenticate } from '../../tasks/authenticate.ts'
import type { TaskParts } from '../../tasks/parts.ts'
import { OPEN_TO_BROWSERS } from '../browsers.ts'
import { addOtherMethods, type Method } from '../otherMethods.ts'
import { asRefusal, type Refusal } from '../refusal.ts'
import { presentRefusal } from './errors.ts'
import type { Handler } from './route.ts'
import type { Schemas } from './schema.ts'

/** Where the dialect stands. */
export const PREFIX = '/v1.3'

/** On every answer of the dialect. */
export const HEADERS = { ...OPEN_TO_BROWSERS, 'x-api-version': '1.3', 'cache-control': 'no-store' }

interface Route {
  method: Method
  path: string
  /** Loaded on the first request: a server that only starts and idles needs neither zod nor the verbs. */
  handler: () => Promise<Handler>
}

const tasksV1 = () => import('./embedV1/tasks.ts')

const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/embed-v2/tasks', handler: async () => (await import('./tasks.ts')).createTask },
  { method: 'GET', path: '/embed-v2/tasks', handler: async () => (await import('./tasks.ts')).listTasks },
  {
    method: 'GET',
    path: '/embed-v2/tasks/:id',
    handler: async () => (await import('./tasks.ts')).retrieveTask,
  },
  { method: 'POST', path: '/embed-v2', handler: async () => (await import('./embed.ts')).embed },
  { method: 'POST', path: '/assets', handler: async () => (await import('./assets.ts')).createAsset },
  { method: 'GET', path: '/assets', handler: async () => (await import('./assets.ts')).listAssets },
  { method: 'GET', path: '/assets/:id', handler: async () => (await import('./assets.ts')).retrieveAsset },
  { method: 'DELETE', path: '/assets/:id', handler: async () => (await import('./assets.ts')).deleteAsset },
  {
    method: 'GET',
    path: '/assets/:id/transcription',
    handler: async () => (await import('./transcription.ts')).retrieveTranscription,
  },
  { method: 'POST', path: '/embed', handler: async () => (await import('./embedV1/embed.ts')).embed },
  { method: 'POST', path: '/embed/tasks', handler: async () => (await tasksV1()).createTask },
  { method: 'GET', path: '/embed/tasks', handler: async () => (await tasksV1()).listTasks },
  { method: 'GET', path: '/embed/tasks/:id', handler: async () => (await tasksV1()).retrieveTask },
  { method: 'GET', path: '/embed/tasks/:id/status', handler: async () => (await tasksV1()).retrieveStatus },
]

/** What takes a form, which the official client sends as a stream. */
const FORMS: ReadonlySet<string | undefined> = new Set(
  ['/assets', '/embed', '/embed/tasks'].map((path) => PREFIX + path),
)

const methodsOf = (path: string) => ROUTES.filter((route) => route.path === path).map(({ method }) => method)

/** The TwelveLabs Embed v2 contract, with Embed v1 beside it. */
export function twelvelabsRoutes(parts: TaskParts): FastifyPluginAsync {
  let schemas: Schemas | undefined
  const schemasOnce = async (): Promise<Schemas> =>
    (schemas ??= (await import('./schema.ts')).makeSchemas(parts.limits))

  const answer = (route: Route) => async (request: FastifyRequest, reply: FastifyReply) => {
    const account = await authenticate(parts, keyOf(request))
    if (!account) throw new EmbedlineError('unauthorized', 'The API key is missing or not valid.')
    const [handler, theSchemas] = await Promise.all([route.handler(), schemasOnce()])
    return handler({ parts, schemas: theSchemas, account, request, reply })
  }

  return async (app) => {
    const send = (reply: FastifyReply, refusal: Refusal) => {
      const { status, body } = presentRefusal(refusal)
      // A result may fail before the first of its compressed bytes is sent.
      return reply.removeHeader('content-encoding').code(status).send(body)
    }
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers(HEADERS)
    })
    app.setErrorHandler((thrown, request, reply) =>
      send(reply, withoutRetry(request, asRefusal(thrown, request.id))),
    )
    app.setNotFoundHandler((request, reply) =>
      send(reply, { code: 'not_found', message: `There is no ${request.method} ${request.url} here.` }),
    )
    for (const route of ROUTES) app.route({ method: route.method, url: route.path, handler: answer(route) })
    for (const path of new Set(ROUTES.map((route) => route.path)))
      addOtherMethods(app, path, methodsOf(path), send)
  }
}

function keyOf(request: FastifyRequest): string {
  const key = request.headers['x-api-key']
  return typeof key === 'string' ? key : ''
}

/**
 * The official client retries a form after a 5xx or 429 with a body that it has already used up, and then hides what
 * happened: forms get a 400 instead.
 */
function withoutRetry(request: FastifyRequest, refusal: Refusal): Refusal {
  const isForm = request.method === 'POST' && FORMS.has(request.routeOptions.url)
  return isForm && presentRefusal(refusal).status >= 500 ? { ...refusal, status: 400 } : refusal
}
