import { fastify } from 'fastify'
import type { Opened } from '../lib/closing.ts'
import { listenAt, type Address } from './listen.ts'
import { NO_COMPILERS } from './noCompilers.ts'
import { healthRoutes, type HealthFacts } from './site/healthRoutes.ts'

/** Serves nothing but what machines ask of a worker. Throws `request_invalid` when the address cannot be had. */
export async function listenHealth({
  site,
  ...address
}: Address & { site: HealthFacts }): Promise<Opened & { url: string }> {
  const app = fastify({
    schemaController: { compilersFactory: NO_COMPILERS },
    forceCloseConnections: true,
  })
  void app.register(healthRoutes(site))
  return listenAt(app, address)
}
