import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { EmbedlineError } from '../domain/errors.ts'
import type { RequestSpan, Tracer } from '../domain/tracing.ts'
import type { TaskParts } from '../tasks/parts.ts'
import { answerBadBytes } from './badBytes.ts'
import { sendProblem } from './native/problems.ts'
import { NO_COMPILERS } from './noCompilers.ts'
import { nativeRoutes, PREFIX as NATIVE_PREFIX } from './native/routes.ts'
import { asRefusal, isBug, isForOperator, type Refusal } from './refusal.ts'
import { drainBody } from './requestBody.ts'
import { requestId } from './requestId.ts'
import type { SiteFacts } from './site/facts.ts'
import { siteRoutes } from './site/routes.ts'
import { presentRefusal as presentOpenai } from './openai/errors.ts'
import { PREFIX as OPENAI_PREFIX } from './openai/names.ts'
import { openaiRoutes } from './openai/routes.ts'
import { presentRefusal as presentTelnyx } from './telnyx/errors.ts'
import { PREFIX as TELNYX_PREFIX } from './telnyx/names.ts'
import { telnyxRoutes } from './telnyx/routes.ts'
import { presentRefusal as presentTwelvelabs } from './twelvelabs/errors.ts'
import { PREFIX as TWELVELABS_PREFIX } from './twelvelabs/prefix.ts'
import { HEADERS as TWELVELABS_HEADERS, twelvelabsRoutes } from './twelvelabs/routes.ts'

/** Longer than any path that Node takes: whether an id is one is for whoever looks it up. */
const PATH_PART_CHARACTERS = 100_000

/** Whoever still reads an answer so long after closing began loses its connection. */
const CLOSE_MS = 5_000

/** A client that neither sends nor takes anything for so long is taken for gone. */
const IDLE_MS = 120_000

export interface AppParts {
  tasks: TaskParts
  site: SiteFacts
  /** Whoever neither sends nor takes anything for so long loses its connection. */
  idleMs?: number
}

/**
 * All routes of the server, not yet listening. Every answer carries `X-Request-Id`, the caller's if it sent a sane one.
 * `close` lets answers under way end for 5 s.
 */
export function makeApp({ tasks, site, idleMs = IDLE_MS }: AppParts): FastifyInstance {
  const app = fastify({
    genReqId: requestId,
    schemaController: { compilersFactory: NO_COMPILERS },
    connectionTimeout: idleMs,
    requestIdHeader: false,
    routerOptions: { maxParamLength: PATH_PART_CHARACTERS },
    rewriteUrl: ({ url = '/' }) => (url.startsWith(`${TWELVELABS_PREFIX}/`) ? withoutLastSlash(url) : url),
    // Whatever came in before closing is answered: clients may be unable to send an upload again.
    return503OnClosing: false,
    clientErrorHandler: answerBadBytes,
    frameworkErrors: (_error, request, reply) => void refusePath(request, reply),
  })
  // Bodies are read by whoever expects one, so that nothing is held in memory that belongs on the disk.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headersOf(request))
  })
  if (tasks.tracer) traceRequests(app, tasks.tracer)
  app.addHook('onError', async (request, reply, thrown) => {
    logFailure(tasks, request, thrown)
    const waitMs = thrown instanceof EmbedlineError ? thrown.retryAfterMs : undefined
    if (waitMs !== undefined) reply.header('retry-after', Math.max(1, Math.ceil(waitMs / 1000)))
  })
  app.addHook('onResponse', async (request, reply) => {
    drainBody(request.raw)
    logAnswer(tasks, request, reply)
    measureAnswer(tasks, request, reply)
  })
  app.setErrorHandler(refuse)
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send({ code: 'not_found', message: `There is no ${request.method} ${request.url} here.` }),
  )
  closeInTime(app, tasks)

  void app.register(siteRoutes({ ...site, describe: describeOnce(tasks, site) }))
  void app.register(twelvelabsRoutes(tasks), { prefix: TWELVELABS_PREFIX })
  void app.register(telnyxRoutes(tasks), { prefix: TELNYX_PREFIX })
  void app.register(openaiRoutes(tasks), { prefix: OPENAI_PREFIX })
  void app.register(nativeRoutes(tasks), { prefix: NATIVE_PREFIX })
  return app
}

function describeOnce({ limits }: TaskParts, { version }: SiteFacts): () => Promise<object> {
  let description: object | undefined
  return async () => (description ??= (await import('./description.ts')).describe({ limits, version }))
}

const headersOf = ({ id }: FastifyRequest) => ({ 'x-request-id': id, 'x-content-type-options': 'nosniff' })

/** In the TwelveLabs contract a slash at the end changes nothing; elsewhere it begins a name or ends a key. */
const withoutLastSlash = (url: string): string => url.replace(/^([^?]+)\/(?=\?|$)/, '$1')

const ENVELOPES: readonly [string, (refusal: Refusal) => { status: number; body: object }][] = [
  [TWELVELABS_PREFIX, presentTwelvelabs],
  [TELNYX_PREFIX, presentTelnyx],
  [OPENAI_PREFIX, presentOpenai],
]

/** Answers a path that cannot be decoded, before any route or hook is known: there is nothing under it. */
function refusePath(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers(headersOf(request))
  const refusal: Refusal = { code: 'not_found', message: 'There is nothing under this path.' }
  const isBelow = (prefix: string) => request.url.startsWith(`${prefix}/`)
  if (isBelow(NATIVE_PREFIX)) return sendProblem(reply, refusal)
  const [, present] = ENVELOPES.find(([prefix]) => isBelow(prefix)) ?? []
  if (!present) return reply.code(404).send(refusal)
  if (isBelow(TWELVELABS_PREFIX)) reply.headers(TWELVELABS_HEADERS)
  const { status, body } = present(refusal)
  return reply.code(status).send(body)
}

/** Outside of the dialects, which have envelopes of their own. */
function refuse(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, message, status } = asRefusal(thrown, request.id)
  return reply.code(status ?? 500).send({ code, message })
}

function logFailure({ logger }: TaskParts, request: FastifyRequest, thrown: unknown): void {
  if (isBug(thrown)) logger.error('a request met a bug', { requestId: request.id, error: thrown })
  else if (isForOperator(thrown))
    logger.warn('a request could not be served', { requestId: request.id, error: thrown })
  else logger.debug('a request was refused', { requestId: request.id, error: thrown })
}

/** The route and not the path, which may hold anything a caller types. */
function logAnswer({ logger }: TaskParts, request: FastifyRequest, reply: FastifyReply): void {
  logger.info('request', {
    requestId: request.id,
    method: request.method,
    route: request.routeOptions.url ?? 'unknown',
    status: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime),
  })
}

/** Prefixes of doors, and what they are called in metrics. */
const DIALECTS: readonly [string, string][] = [
  [TWELVELABS_PREFIX, 'twelvelabs'],
  [TELNYX_PREFIX, 'telnyx'],
  [OPENAI_PREFIX, 'openai'],
  [NATIVE_PREFIX, 'native'],
]

/** The route of a request as it is written here, and whose contract it is of. */
function placeOf({ routeOptions }: FastifyRequest): { route: string; dialect: string } {
  const route = routeOptions.url ?? 'unknown'
  const [, dialect = 'site'] = DIALECTS.find(([prefix]) => route.startsWith(`${prefix}/`)) ?? []
  return { route, dialect }
}

/** Makes each request a span, but for those of people and machines that only look. */
function traceRequests(app: FastifyInstance, tracer: Tracer): void {
  const spans = new WeakMap<FastifyRequest, RequestSpan>()
  app.addHook('onRequest', (request, _reply, done) => {
    if (placeOf(request).dialect === 'site') return done()
    const { traceparent } = request.headers
    spans.set(request, tracer.request(typeof traceparent === 'string' ? traceparent : undefined, done))
  })
  app.addHook('onResponse', async (request, reply) => {
    const { route, dialect } = placeOf(request)
    spans.get(request)?.end(`${request.method} ${route}`, {
      attributes: {
        'http.request.method': request.method,
        'http.route': route,
        'http.response.status_code': reply.statusCode,
        'embedline.dialect': dialect,
        'embedline.request.id': request.id,
      },
      isFailure: reply.statusCode >= 500,
    })
  })
}

function measureAnswer({ meters }: TaskParts, request: FastifyRequest, reply: FastifyReply): void {
  const { route, dialect } = placeOf(request)
  meters.observe(
    'embedline_http_request_duration_seconds',
    {
      dialect,
      route,
      method: METHODS.has(request.method) ? request.method : 'other',
      status: String(reply.statusCode),
    },
    reply.elapsedTime / 1000,
  )
}

/** Callers may make up others. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

function closeInTime(app: FastifyInstance, { clock }: TaskParts): void {
  const closed = new AbortController()
  let isClosing = false
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close')
  })
  app.addHook('preClose', async () => {
    isClosing = true
    void clock.sleep(CLOSE_MS, closed.signal).then(() => app.server.closeAllConnections())
  })
  app.addHook('onClose', async () => closed.abort())
}
