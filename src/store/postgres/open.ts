import type { Clock } from '../../lib/clock.ts'
import { closeAll, type Opened } from '../../lib/closing.ts'
import { migrate } from '../migrate.ts'
import type { OpenStore } from '../store.ts'
import { openExclusion } from './exclusion.ts'
import { openDatabaseClock, type DatabaseClockParts } from './databaseClock.ts'
import { kyselyOverPool } from './dialect.ts'
import { refuseHalfMoved } from './halfMoved.ts'
import { nameOfDatabase, openPool, type PoolOptions } from './pool.ts'
import { slowTransactions } from './slowTransactions.ts'
import { openSignals, type Signal } from './signals.ts'
import { serialTransactions, TRANSACTING } from './transactions.ts'

export interface PostgresParts {
  /** `postgres://user:password@host:port/database?sslmode=…` */
  url: string
  /** Of this machine. */
  clock: Clock
  /**
   * True for a server whose objects lie in a folder of this machine: beside any other server it is refused. False for one
   * beside others that say the same. Absent for who is no server.
   */
  isAlone?: boolean
  readDatabaseMs?: NonNullable<DatabaseClockParts['readMs']>
}

/** So many single statements are executed at once. */
const STATEMENTS = 2
const READERS = 6

/**
 * Opens a database of PostgreSQL and brings its tables up to date. Throws `storage_unavailable` when it cannot be
 * reached, or was written by a newer Embedline. `close` waits for the changes that were accepted.
 */
export async function openPostgres({
  url,
  clock,
  isAlone,
  readDatabaseMs,
}: PostgresParts): Promise<OpenStore> {
  const name = nameOfDatabase(url)
  const opened: Opened[] = []
  const openPoolOf = (most: number, mode: PoolOptions['mode']) => {
    const pool = openPool({ url, most, mode, isPipelined: mode !== 'read only' })
    opened.push({ close: () => pool.end() })
    return pool
  }
  try {
    const transactions = serialTransactions({
      pool: openPoolOf(TRANSACTING + STATEMENTS, 'durable'),
      name,
      isDurable: true,
    })
    const soon = serialTransactions({
      pool: openPoolOf(TRANSACTING + STATEMENTS, 'soon'),
      name,
      isDurable: false,
    })
    await transactions.write(async (db) => {
      await refuseHalfMoved(db, name)
      await migrate(db, name, clock.nowMs())
    })
    const read = kyselyOverPool(openPoolOf(READERS, 'read only'), name)
    const time = await openDatabaseClock({
      db: read,
      clock,
      ...(readDatabaseMs && { readMs: readDatabaseMs }),
    })
    opened.push(time)
    const listeners = new Set<(signal: Signal) => void>()
    const signals = openSignals({
      url,
      ...(isAlone !== undefined && { isAlone }),
      clock,
      onSignal(signal) {
        for (const listener of listeners) listener(signal)
      },
    })
    opened.push(signals)
    if (isAlone !== undefined) await signals.connected
    transactions.onCommit(({ moves }) => {
      if (moves.some((move) => move.of === 'task')) signals.send('news')
    })
    const exclusion = openExclusion({ url })
    opened.push(exclusion)
    return {
      read,
      write: transactions.write,
      execute: transactions.execute,
      writeSoon: soon.write,
      executeSoon: soon.execute,
      writeSlowly: slowTransactions({ url, name, read, open: (each) => void opened.push(each) }),
      onCommit(listener) {
        const stops = [transactions.onCommit(listener), soon.onCommit(listener)]
        return () => {
          for (const stop of stops) stop()
        }
      },
      exclusively: exclusion.exclusively,
      ifFree: exclusion.ifFree,
      clock: time.clock,
      problem: () => time.problem(),
      isReachable: () => signals.isConnected(),
      announceWork: () => signals.send('work'),
      onElsewhere(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      async close() {
        await transactions.close()
        await soon.close()
        await closeAll(opened.splice(0))
      },
    }
  } catch (error) {
    await closeAll(opened)
    throw error
  }
}
