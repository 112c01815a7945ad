import { setTimeout } from 'node:timers/promises'
import { Client } from 'pg'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Opened } from '../../lib/closing.ts'
import { excludeHere, type Exclusion, type Exclusive } from '../exclusion.ts'
import { toDatabaseError } from './databaseError.ts'
import { connectionOptions, nameOfDatabase } from './pool.ts'

const CONNECT_MS = 5_000
const FIRST_WAIT_MS = 10
const LONGEST_WAIT_MS = 250

/** Tells these locks from all others of the database. Two names that share a number only wait for each other. */
const EXCLUSIVE = 2

/** A connection, and whoever must be told when it is lost, and all its locks with it. */
interface Connection {
  client: Client
  isLost: boolean
  holders: Set<AbortController>
}

/**
 * Keeps work apart by advisory locks of one connection, which is made when it is wanted and serves all work of this server:
 * a lock that is not free is asked for again and again, because whoever waits in the database would hold up the others. A
 * server that dies loses its locks with its connection.
 */
export function openExclusion({ url }: { url: string }): Exclusion & Opened {
  const here = excludeHere()
  const name = nameOfDatabase(url)
  let newest: Promise<Connection> | undefined

  async function connected(): Promise<Connection> {
    const asked = newest
    const connection = await asked?.catch(() => undefined)
    if (connection && !connection.isLost) return connection
    // Somebody else who waited for that one may have begun another.
    newest = newest === undefined || newest === asked ? connect() : newest
    return newest
  }

  async function connect(): Promise<Connection> {
    const client = new Client({
      ...connectionOptions(url),
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: CONNECT_MS,
    })
    const connection: Connection = { client, isLost: false, holders: new Set() }
    const lose = () => {
      connection.isLost = true
      for (const holder of connection.holders) holder.abort(lost(name))
    }
    client.on('error', lose)
    client.on('end', lose)
    try {
      await client.connect()
      // The database knows soon that this machine died.
      await client.query(
        'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3; set statement_timeout = 0',
      )
      return connection
    } catch (error) {
      await client.end().catch(() => {})
      throw toDatabaseError(error, name)
    }
  }

  async function ask(
    connection: Connection,
    lock: string,
    what: 'pg_try_advisory_lock' | 'pg_advisory_unlock',
  ) {
    const { rows } = await connection.client.query<{ done: boolean }>(
      `select ${what}($1, hashtext($2)) as done`,
      [EXCLUSIVE, lock],
    )
    return rows[0]?.done === true
  }

  async function tryToHold<T>(lock: string, work: Exclusive<T>): Promise<{ value: T } | undefined> {
    const connection = await connected()
    try {
      if (!(await ask(connection, lock, 'pg_try_advisory_lock'))) return undefined
    } catch (error) {
      throw toDatabaseError(error, name)
    }
    const holder = new AbortController()
    connection.holders.add(holder)
    // It may have been lost just now.
    if (connection.isLost) holder.abort(lost(name))
    try {
      return { value: await work(holder.signal) }
    } finally {
      connection.holders.delete(holder)
      // A connection that cannot be asked any more has no locks either.
      await ask(connection, lock, 'pg_advisory_unlock').catch(() => connection.client.end().catch(() => {}))
    }
  }

  return {
    exclusively: (lock, work) =>
      here.exclusively(lock, async () => {
        for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
          const done = await tryToHold(lock, work)
          if (done) return done.value
          await setTimeout(waitMs * (0.5 + Math.random()))
        }
      }),
    async ifFree(lock, work) {
      let wasFree = false
      await here.ifFree(lock, async () => {
        wasFree = (await tryToHold(lock, work)) !== undefined
      })
      return wasFree
    },
    async close() {
      const connection = await newest?.catch(() => undefined)
      await connection?.client.end().catch(() => {})
    },
  }
}

const lost = (name: string) =>
  new EmbedlineError('storage_unavailable', `the way to the database ${name} was lost meanwhile`, {
    retryAfterMs: 1_000,
  })
