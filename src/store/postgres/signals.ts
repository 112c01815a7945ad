import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Opened } from '../../lib/closing.ts'
import { connectionOptions, nameOfDatabase } from './pool.ts'

/** `work`: there may be something to claim; `news`: something happened to a task. */
export type Signal = 'work' | 'news'

/** Words between the servers on a database, over a connection of its own. Whoever misses one finds out by looking. */
export interface Signals extends Opened {
  /** Tells all other servers. Does not wait, and what comes while another one is on its way goes with the next. */
  send(signal: Signal): void
  isConnected(): boolean
  /** Ends when there is a connection; throws when there was none for some seconds, or another server is alone there. */
  connected: Promise<void>
}

export interface SignalsParts {
  url: string
  /** True: no other server that says anything here may be connected; false: none that says true. Refused while there is one. */
  isAlone?: boolean
  clock: Clock
  /** Of other servers; and both after the connection was gone. */
  onSignal: (signal: Signal) => void
}

const CHANNEL = 'embedline'
const AGAIN_AFTER_MS = 1_000
/** A server that was killed a moment ago is still there for as long. */
const FIRST_TRIES = 3

export function openSignals({ url, isAlone, clock, onSignal }: SignalsParts): Signals {
  const sender = randomUUID()
  const closing = new AbortController()
  const waiting = new Set<Signal>()
  let connection: Client | undefined
  let sending: Promise<void> | undefined
  const begun = Promise.withResolvers<void>()
  begun.promise.catch(() => {})
  const listening = listen()

  async function listen() {
    for (let tries = 1; !closing.signal.aborted; tries++) {
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
        if (isAlone !== undefined) await holdPlace(client, nameOfDatabase(url), isAlone)
        // A word is lost with the server that would hear it: it need not be on the disk.
        await client.query('set synchronous_commit = off')
        await client.query(`listen ${CHANNEL}`)
        connection = client
        begun.resolve()
        if (tries > 1) for (const signal of ['work', 'news'] as const) onSignal(signal)
        if (closing.signal.aborted) await client.end()
        await ended
      } catch (error) {
        if (tries >= FIRST_TRIES) begun.reject(error)
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
    connected: begun.promise,
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

/** For as long as the connection lasts, of which the database knows soon after the machine of its server has died. */
async function holdPlace(client: Client, name: string, isAlone: boolean): Promise<void> {
  await client.query(
    'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3',
  )
  const { rows } = await client.query<{ held: boolean }>(
    `select pg_try_advisory_lock${isAlone ? '' : '_shared'}(hashtext('embedline server')) as held`,
  )
  if (rows[0]?.held !== true)
    throw new EmbedlineError(
      'storage_unavailable',
      `the database ${name} is in use by another Embedline server: several work on one when all have their objects in S3 (--storage-url s3://…)`,
    )
}
