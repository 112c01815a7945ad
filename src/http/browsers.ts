import type { FastifyInstance } from 'fastify'

const READABLE = [
  'accept-ranges',
  'content-range',
  'etag',
  'idempotent-replayed',
  'location',
  'openai-processing-ms',
  'preference-applied',
  'retry-after',
  'x-api-version',
  'x-embedline-model',
  'x-embedline-search',
  'x-ratelimit-dimensions',
  'x-ratelimit-duration-limit',
  'x-ratelimit-duration-remaining',
  'x-ratelimit-duration-reset',
  'x-ratelimit-duration-used',
  'x-ratelimit-limit',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-request-limit',
  'x-ratelimit-request-remaining',
  'x-ratelimit-request-reset',
  'x-ratelimit-request-used',
  'x-ratelimit-reset',
  'x-ratelimit-reset-requests',
  'x-ratelimit-used',
  'x-request-id',
].join(', ')

const DAY_SEC = 86_400

/** Let pages of other origins read an answer: the key is a header that no browser sends by itself. */
export const OPEN_TO_BROWSERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': READABLE,
}

/** Answers a browser's question before its request, for any header: the official client sends some of its own. */
export function answerPreflight(app: FastifyInstance, path: string, allow: string): void {
  app.options(path, (request, reply) =>
    reply
      .code(204)
      .headers({
        allow,
        'access-control-allow-methods': allow,
        'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
        'access-control-max-age': DAY_SEC,
      })
      .send(),
  )
}
