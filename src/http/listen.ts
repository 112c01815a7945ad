import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { EmbedlineError } from '../domain/errors.ts'
import type { Opened } from '../lib/closing.ts'
import { makeApp, type AppParts } from './app.ts'

export interface Address {
  host: string
  /** 0 takes a free one. */
  port: number
}

/** Serves all routes. Throws `request_invalid` when the address cannot be had. */
export const listen = ({ host, port, ...parts }: AppParts & Address): Promise<Opened & { url: string }> =>
  listenAt(makeApp(parts), { host, port })

/** Has an app listen, and closes it when the address cannot be had. Throws `request_invalid` then. */
export async function listenAt(
  app: FastifyInstance,
  { host, port }: Address,
): Promise<Opened & { url: string }> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    await app.close()
    throw new EmbedlineError('request_invalid', `Port ${port} of ${host} cannot be used: ${reason(cause)}.`, {
      cause,
    })
  }
  return { url: urlOf(app.server.address() as AddressInfo), close: () => app.close() }
}

const REASON: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has it',
  EACCES: 'only root may take it',
  EADDRNOTAVAIL: 'this machine does not have that address',
}

const reason = (cause: unknown): string => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
  return REASON[code] ?? code
}

/** An address to type: one that means every interface is reached through loopback. */
function urlOf({ address, port, family }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`
  return family === 'IPv6' ? `http://[${address}]:${port}` : `http://${address}:${port}`
}
