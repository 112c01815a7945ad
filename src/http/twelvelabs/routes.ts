import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Scope } from '../../domain/scopes.ts'
import type { TaskParts } from '../../tasks/parts.ts'
import { admit, scopeOf } from '../admit.ts'
import { OPEN_TO_BROWSERS } from '../browsers.ts'
import { addOtherMethods, addRoutes, type Method } from '../otherMethods.ts'
import { asRefusal, type Refusal } from '../refusal.ts'
import { presentRefusal, presentUploadRefusal } from './errors.ts'
import { PREFIX } from './prefix.ts'
import { rateHeaders } from './rateHeaders.ts'
import type { Handler, SignedHandler } from './route.ts'
import type { Schemas } from './schema.ts'

/** On every answer of the dialect. */
export const HEADERS = { ...OPEN_TO_BROWSERS, 'x-api-version': '1.3', 'cache-control': 'no-store' }

interface Route {
  method: Method
  path: string
  /** What the key must be able to do, where the method does not say it. */
  scope?: Scope
  /** Loaded on the first request: a server that only starts and idles needs neither zod nor the verbs. */
  handler: () => Promise<Handler>
  /** Goes on with what was counted when it began: a limit may refuse a file, and never breaks one off in the middle. */
  isCounted?: boolean
}

const assets = () => import('./assets.ts')
const tasksV1 = () => import('./embedV1/tasks.ts')
const uploads = () => import('./uploads.ts')

const UPLOADS = '/assets/multipart-uploads'
const METADATA = '/assets/:id/user-metadata'

export const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/embed-v2/tasks', handler: async () => (await import('./tasks.ts')).createTask },
  { method: 'GET', path: '/embed-v2/tasks', handler: async () => (await import('./tasks.ts')).listTasks },
  {
    method: 'GET',
    path: '/embed-v2/tasks/:id',
    handler: async () => (await import('./tasks.ts')).retrieveTask,
  },
  {
    method: 'POST',
    path: '/embed-v2',
    scope: 'read',
    handler: async () => (await import('./embed.ts')).embed,
  },
  {
    method: 'GET',
    path: '/assets/:id/transcription',
    handler: async () => (await import('./transcription.ts')).retrieveTranscription,
  },
  { method: 'POST', path: '/assets', handler: async () => (await assets()).createAsset },
  { method: 'GET', path: '/assets', handler: async () => (await assets()).listAssets },
  { method: 'GET', path: '/assets/:id', handler: async () => (await assets()).retrieveAsset },
  { method: 'DELETE', path: '/assets/:id', handler: async () => (await assets()).deleteAsset },
  { method: 'PATCH', path: METADATA, handler: async () => (await assets()).mergeUserMetadata },
  { method: 'PUT', path: METADATA, handler: async () => (await assets()).replaceUserMetadata },
  { method: 'DELETE', path: METADATA, handler: async () => (await assets()).removeUserMetadata },
  { method: 'POST', path: UPLOADS, handler: async () => (await uploads()).createUpload },
  { method: 'GET', path: UPLOADS, handler: async () => (await uploads()).listUploads },
  { method: 'GET', path: `${UPLOADS}/:id`, handler: async () => (await uploads()).retrieveUpload },
  {
    method: 'POST',
    path: `${UPLOADS}/:id`,
    handler: async () => (await uploads()).reportParts,
    isCounted: true,
  },
  {
    method: 'POST',
    path: `${UPLOADS}/:id/presigned-urls`,
    handler: async () => (await uploads()).addressParts,
    isCounted: true,
  },
  {
    method: 'POST',
    path: '/embed',
    scope: 'read',
    handler: async () => (await import('./embedV1/embed.ts')).embed,
  },
  { method: 'POST', path: '/embed/tasks', handler: async () => (await tasksV1()).createTask },
  { method: 'GET', path: '/embed/tasks', handler: async () => (await tasksV1()).listTasks },
  { method: 'GET', path: '/embed/tasks/:id', handler: async () => (await tasksV1()).retrieveTask },
  { method: 'GET', path: '/embed/tasks/:id/status', handler: async () => (await tasksV1()).retrieveStatus },
]

/** Asks for no key: the address itself is signed. */
const PART = {
  path: `${UPLOADS}/:id/parts/:number`,
  handler: async (): Promise<SignedHandler> => (await import('./uploadPart.ts')).putPart,
}

/** Routes whose bodies are files. */
const FILE_ROUTES: ReadonlySet<string | undefined> = new Set([
  `POST ${PREFIX}/assets`,
  `POST ${PREFIX}/embed`,
  `POST ${PREFIX}/embed/tasks`,
  `POST ${PREFIX}${UPLOADS}`,
  `PUT ${PREFIX}${PART.path}`,
])

/** The TwelveLabs Embed v2 contract, with Embed v1 beside it. */
export function twelvelabsRoutes(parts: TaskParts): FastifyPluginAsync {
  let schemas: Schemas | undefined
  const schemasOnce = async (): Promise<Schemas> =>
    (schemas ??= (await import('./schema.ts')).makeSchemas(parts.limits))

  const answer = (route: Route) => async (request: FastifyRequest, reply: FastifyReply) => {
    const account = await admit(parts, {
      key: keyOf(request),
      message: 'The API key is missing or not valid.',
      scope: scopeOf(route),
      tell: (states) => void reply.headers(rateHeaders(states)),
      ...(route.isCounted && { isCounted: true }),
    })
    const [handler, theSchemas] = await Promise.all([route.handler(), schemasOnce()])
    return handler({ parts, schemas: theSchemas, account, request, reply })
  }

  const answerSigned = async (request: FastifyRequest, reply: FastifyReply) => {
    const [handler, theSchemas] = await Promise.all([PART.handler(), schemasOnce()])
    return handler({ parts, schemas: theSchemas, request, reply })
  }

  return async (app) => {
    const send = (reply: FastifyReply, refusal: Refusal) => {
      const present = isOfFile(reply.request) ? presentUploadRefusal : presentRefusal
      const { status, body } = present(refusal)
      // A result may fail before the first of its compressed bytes is sent.
      return reply.removeHeader('content-encoding').code(status).send(body)
    }
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers(HEADERS)
    })
    app.setErrorHandler((thrown, request, reply) => send(reply, asRefusal(thrown, request.id)))
    app.setNotFoundHandler((request, reply) =>
      send(reply, { code: 'not_found', message: `There is no ${request.method} ${request.url} here.` }),
    )
    addRoutes(app, ROUTES, answer, send)
    app.put(PART.path, answerSigned)
    addOtherMethods(app, PART.path, ['PUT'], send)
  }
}

function keyOf(request: FastifyRequest): string {
  const key = request.headers['x-api-key']
  return typeof key === 'string' ? key : ''
}

const isOfFile = ({ method, routeOptions }: FastifyRequest): boolean =>
  FILE_ROUTES.has(`${method} ${routeOptions.url}`)
