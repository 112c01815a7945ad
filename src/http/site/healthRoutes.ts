import type { FastifyPluginAsync } from 'fastify'
import type { SiteFacts } from './facts.ts'

export type HealthFacts = Pick<SiteFacts, 'version' | 'readiness' | 'metrics'>

/** What machines ask: whether this one lives, takes work, and how it is. Nothing private: no key is needed. */
export const healthRoutes =
  (facts: HealthFacts): FastifyPluginAsync =>
  async (app) => {
    app.get('/healthz', async () => ({ status: 'ok' }))
    // Requests come in only after everything is open; what may take long after that is the model, or miss later the room.
    app.get('/readyz', async (_request, reply) => {
      const { state: status, ...rest } = facts.readiness()
      if (status !== 'ready') reply.code(503).header('retry-after', '2')
      return { status, version: facts.version, ...rest }
    })
    app.get('/metrics', async (_request, reply) => {
      reply.type('text/plain; version=0.0.4; charset=utf-8').header('cache-control', 'no-store')
      return facts.metrics()
    })
  }
