import { sql } from 'kysely'
import type { Db } from '../../domain/tables.ts'
import type { Opened } from '../../lib/closing.ts'
import type { OpenStore } from '../store.ts'
import { toDatabaseError } from './databaseError.ts'
import { kyselyOverClient } from './dialect.ts'
import { connect, openPool, unhurried } from './pool.ts'

export interface SlowTransactionsParts {
  url: string
  /** Stands for the database in sentences. */
  name: string
  /** Over which what runs is stopped. */
  read: Db
  /** Takes what is to be closed with the store. */
  open: (opened: Opened) => void
}

/** See `OpenStore.writeSlowly`. Its one connection is made when it is wanted, and given back when it has nothing to do. */
export function slowTransactions({
  url,
  name,
  read,
  open,
}: SlowTransactionsParts): NonNullable<OpenStore['writeSlowly']> {
  const pool = openPool({ url, most: 1, mode: 'durable', isPatient: true })
  open({ close: () => pool.end() })

  return async (change, signal) => {
    const client = await connect(pool, name)
    let isOver = false
    let pid: number | undefined
    const stop = () => void cancel(pid)
    try {
      signal.throwIfAborted()
      await client.query(unhurried('begin'))
      const { rows } = await client.query<{ pid: number }>(unhurried('select pg_backend_pid() as pid'))
      pid = rows[0]?.pid
      signal.addEventListener('abort', stop)
      const value = await change(kyselyOverClient(client, name, () => isOver, true))
      await client.query(unhurried('commit'))
      client.release()
      return value
    } catch (error) {
      // What is closed is rolled back.
      client.release(true)
      throw toDatabaseError(error, name)
    } finally {
      isOver = true
      signal.removeEventListener('abort', stop)
    }
  }

  async function cancel(pid: number | undefined): Promise<void> {
    if (pid !== undefined) await sql`select pg_cancel_backend(${pid})`.execute(read).catch(() => {})
  }
}
