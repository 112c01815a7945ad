import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

export interface SeenRequest {
  /** `GET /path`. */
  line: string
  key: string | undefined
  body: string
}

export interface ScriptedAnswer {
  status?: number
  json?: unknown
  retryAfterSec?: number
}

/** A server that answers what a test says, and remembers what it was asked. It goes with the test. */
export async function scriptedServer(
  answer: (request: SeenRequest) => ScriptedAnswer,
): Promise<{ url: string; seen: SeenRequest[] }> {
  const seen: SeenRequest[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const asked = { line: `${request.method} ${request.url}`, key: request.headers.authorization, body }
      seen.push(asked)
      const { status = 200, json, retryAfterSec } = answer(asked)
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(retryAfterSec !== undefined && { 'retry-after': String(retryAfterSec) }),
      })
      response.end(json === undefined ? '' : JSON.stringify(json))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}
