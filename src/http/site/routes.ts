import type { FastifyPluginAsync } from 'fastify'
import { originOf } from '../origin.ts'
import { addDocs } from './docsRoutes.ts'
import type { SiteFacts } from './facts.ts'
import { healthRoutes } from './healthRoutes.ts'

export interface SiteParts extends SiteFacts {
  /** The machine-readable description of all routes, as it is made on the first request for it. */
  describe: () => Promise<object>
}

// The page has no script and loads nothing: its styles stand in it.
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** What people and machines ask first: a page, whether the server lives, and what it can do. */
export function siteRoutes({ describe, ...facts }: SiteParts): FastifyPluginAsync {
  return async (app) => {
    app.get('/', async (request, reply) => {
      const { page } = await import('./page.ts')
      reply.headers({
        'content-security-policy': PAGE_POLICY,
        'referrer-policy': 'no-referrer',
        // It names the address that this one visitor used.
        'cache-control': 'no-store',
      })
      reply.type('text/html; charset=utf-8')
      return page({ ...facts, url: originOf(request) })
    })
    await app.register(healthRoutes(facts))
    app.get('/openapi.json', async () => describe())
    addDocs(app, facts)
  }
}
