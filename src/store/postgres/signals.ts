import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import type { Clock } from '../../lib/clock.ts'
import type { Opened } from '../../lib/closing.ts'
import { connectionOptions } from './pool.ts'

/** `work`: there may be something to claim; `news`: something happened to a task. */
export type Signal = 'work' | 'news'

/** Words between the servers on a database, over a connection of its own. Whoever misses one finds out by looking. */
export interface Signals extends Opened {
  /** Tells all other servers. Does not wait, and what comes while another one is on its way goes with the next. */
  send(signal: Signal): void
  isConnected(): boolean
}

export interface SignalsParts {
  url: string
  clock: Clock
  /** Of other servers; and both after the connection was gone. */
  onSignal: (signal: Signal) => void
}

const CHANNEL = 'embedline'
const AGAIN_AFTER_MS = 1_000

export function openSignals({ url, clock, onSignal }: SignalsParts): Signals {
  const sender = randomUUID()
  const closing = new AbortController()
  const waiting = new Set<Signal>()
  let connection: Client | undefined
  let sending: Promise<void> | undefined
  const listening = listen()

  async function listen() {
    for (let isFirst = true; !closing.signal.aborted; isFirst = false) {
      const client = new Client({ ...connectionOptions(url), connectionTimeoutMillis: 5_000 })
      const ended = new Promise<void>((resolve) => {
        client.on('end', resolve)
        client.on('error', () => resolve())
      })
      client.on('notification', ({ payload = '' }) => {
        const [from, signal] = payload.split(' ')
        if (from !== sender && (signal === 'work' || signal === 'news')) onSignal(signal)
      })
      try {
        await client.connect()
        // A word is lost with the server that would hear it: it need not be on the disk.
        await client.query('set synchronous_commit = off')
        await client.query(`listen ${CHANNEL}`)
        connection = client
        if (!isFirst) for (const signal of ['work', 'news'] as const) onSignal(signal)
        if (closing.signal.aborted) await client.end()
        await ended
      } catch {
        // Also what was never connected.
        await client.end().catch(() => {})
      }
      connection = undefined
      if (!closing.signal.aborted) await clock.sleep(AGAIN_AFTER_MS, closing.signal)
    }
  }

  async function sendAll() {
    while (connection && waiting.size > 0) {
      const [signal] = waiting
      waiting.delete(signal as Signal)
      await connection.query('select pg_notify($1, $2)', [CHANNEL, `${sender} ${signal}`]).catch(() => {})
    }
    sending = undefined
  }

  return {
    send(signal) {
      waiting.add(signal)
      sending ??= sendAll()
    },
    isConnected: () => connection !== undefined,
    async close() {
      closing.abort()
      await sending
      await connection?.end().catch(() => {})
      await listening
    },
  }
}
