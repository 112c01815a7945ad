import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { AllowList } from '../../src/fetch/allowList.ts'
import type { DialTarget } from '../../src/fetch/dial.ts'
import { openFetcher, type Fetcher } from '../../src/fetch/fetcher.ts'
import type { Resolve } from '../../src/fetch/guard.ts'
import { systemClock, type Clock } from '../../src/lib/clock.ts'

export interface WebServer {
  port: number
  /** On loopback. */
  url: string
  seen: IncomingMessage[]
}

/** A server on loopback that answers what a test says. It goes with the test. */
export async function webServer(answer: RequestListener): Promise<WebServer> {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}`, seen }
}

/** Belongs to nobody's network and is public; nothing is ever sent there, because `dial` is a test's own. */
export const PUBLIC = '93.184.215.14'

interface WebParts {
  /** All that is dialled ends there, whatever was asked for. */
  port: number
  resolve?: Resolve
  allow?: AllowList
  clock?: Clock
}

/** A fetcher to which every name is a public address, and every dialled address the server of the test. */
export function fetcherTo({ port, clock = systemClock, resolve, allow }: WebParts): {
  fetcher: Fetcher
  dialled: DialTarget[]
  resolved: string[]
} {
  const dialled: DialTarget[] = []
  const resolved: string[] = []
  const fetcher = openFetcher({
    clock,
    userAgent: 'Embedline/test',
    ...(allow && { allow }),
    async resolve(hostname) {
      resolved.push(hostname)
      return resolve ? resolve(hostname) : [{ address: PUBLIC, family: 4 }]
    },
    async dial(target) {
      dialled.push(target)
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    },
  })
  onTestFinished(() => fetcher.close())
  return { fetcher, dialled, resolved }
}
