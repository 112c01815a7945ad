import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

export interface CollectedSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: { key: string; value: Record<string, unknown> }[]
  status: { code?: number; message?: string }
}

export interface Collector {
  url: string
  spans: CollectedSpan[]
  headers: Record<string, unknown>[]
  /** Answers in place of the collector. */
  misbehave?: (response: ServerResponse) => void
}

interface Posted {
  resourceSpans: { resource: object; scopeSpans: { spans: CollectedSpan[] }[] }[]
}

/** A collector of traces that takes OTLP as JSON over real HTTP. */
export async function openCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = []
  const collector: Collector = { url: '', spans, headers: [] }
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    collector.headers.push({ ...request.headers, path: request.url })
    const body = (await json(request)) as Posted
    if (collector.misbehave) return collector.misbehave(response)
    for (const { scopeSpans } of body.resourceSpans) for (const each of scopeSpans) spans.push(...each.spans)
    response.setHeader('content-type', 'application/json').end('{}')
  }
  const server = createServer((request, response) => void take(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  collector.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return collector
}
