import { once } from 'node:events'
import type { FastifyReply } from 'fastify'

/** An answer of server-sent events (HTML living standard, 9.2) that is being sent. */
export interface EventStream {
  /** Ends when the client has taken enough that more may be sent, or is gone. */
  write(frame: string): Promise<void>
  /** A comment, which clients ignore: so that nobody takes the connection for dead. Not while the client takes nothing. */
  beat(): void
  end(): void
}

/** After a connection is lost clients of the standard come back in so long. */
const RETRY_MS = 2_000

/**
 * Begins the answer; nothing else may be sent by `reply` from then on. `signal` is aborted when the client is gone. After
 * `lastId` a client goes on that loses its connection before the first event.
 */
export function openEventStream(reply: FastifyReply, signal: AbortSignal, lastId?: number): EventStream {
  reply.hijack()
  const { raw } = reply
  reply.headers({
    'content-type': 'text/event-stream; charset=utf-8',
    // Proxies would otherwise wait for more before they send anything.
    'x-accel-buffering': 'no',
  })
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) raw.setHeader(name, value)
  raw.write(`retry: ${RETRY_MS}\n${lastId === undefined ? '' : `id: ${lastId}\n`}\n`)
  return {
    async write(frame) {
      if (signal.aborted || raw.write(frame)) return
      await once(raw, 'drain', { signal }).catch(() => {})
    },
    beat() {
      if (!raw.writableNeedDrain) raw.write(':\n\n')
    },
    end: () => void raw.end(),
  }
}
