import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

export interface SeenRequest {
  path: string
  headers: IncomingHttpHeaders
  model: string
  input: readonly string[]
}

/** Answers a request by itself, however badly; `undefined` leaves it to the server, which answers well. */
export type Misbehaviour = (request: SeenRequest, response: ServerResponse) => void | 'fine'

export interface EmbeddingServer {
  /** With `/v1`. */
  url: string
  seen: SeenRequest[]
  /** How many requests are answered right now, and how many at most. */
  load: { now: number; most: number }
  /** What is done with the next requests; changed at any time. */
  behave: Misbehaviour
}

/** A vector that depends on the text alone; texts that share letters are near to each other. */
export function letterVector(of: string, dimension: number): number[] {
  const vector = Array.from({ length: dimension }, () => 0)
  for (const letter of of.toLowerCase()) {
    const at = (letter.codePointAt(0) ?? 0) % dimension
    vector[at] = (vector[at] ?? 0) + 1
  }
  return vector
}

export const sendJson = (
  response: ServerResponse,
  status: number,
  json: unknown,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(json))
}

export const answerOf = (input: readonly string[], dimension: number) => ({
  object: 'list',
  data: input.map((each, index) => ({
    object: 'embedding',
    index,
    embedding: letterVector(each, dimension),
  })),
})

/** A real server that embeds by counting letters, or misbehaves as a test says. It goes with the test. */
export async function embeddingServer(dimension = 8): Promise<EmbeddingServer> {
  const server: EmbeddingServer = { url: '', seen: [], load: { now: 0, most: 0 }, behave: () => 'fine' }
  const answer: RequestListener = (request, response) => {
    server.load.now++
    server.load.most = Math.max(server.load.most, server.load.now)
    response.on('close', () => server.load.now--)
    void text(request).then((body) => {
      const { model, input } = JSON.parse(body) as Pick<SeenRequest, 'model' | 'input'>
      const seen = { path: request.url ?? '', headers: request.headers, model, input }
      server.seen.push(seen)
      if (server.behave(seen, response) === 'fine') sendJson(response, 200, answerOf(input, dimension))
    })
  }
  const http = createServer(answer)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  server.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`
  onTestFinished(async () => {
    http.closeAllConnections()
    http.close()
    await once(http, 'close')
  })
  return server
}
