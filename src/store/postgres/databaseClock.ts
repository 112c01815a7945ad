import { sql } from 'kysely'
import type { Db } from '../../domain/tables.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Opened } from '../../lib/closing.ts'

/** The database's time, which all servers on it agree on: with it leases are given, prolonged and taken back. */
export interface DatabaseClock extends Opened {
  clock: Clock
  /** A sentence while the clock of this machine is too far from it: one of the two is wrong, and no work is taken. */
  problem(): string | undefined
}

export interface DatabaseClockParts {
  db: Db
  /** Of this machine. */
  clock: Clock
  /** The database's time in milliseconds. */
  readMs?: (db: Db) => Promise<number>
}

/** Between clocks that are kept right there are some milliseconds. */
export const MOST_DRIFT_MS = 2_000

const MEASURED_EVERY_MS = 30_000

/**
 * Measures how far the clock of this machine is from the database's, now and then again. In between, and while there is
 * no database, the last measure counts.
 */
export async function openDatabaseClock({
  db,
  clock,
  readMs = readDatabaseMs,
}: DatabaseClockParts): Promise<DatabaseClock> {
  const closing = new AbortController()
  let aheadMs = 0

  async function measure() {
    const beforeMs = clock.nowMs()
    const databaseMs = await readMs(db)
    const afterMs = clock.nowMs()
    // A slow answer says less than that it was slow.
    if (afterMs - beforeMs < MOST_DRIFT_MS) aheadMs = Math.round(databaseMs - (beforeMs + afterMs) / 2)
  }

  async function keepMeasuring() {
    for (;;) {
      await clock.sleep(MEASURED_EVERY_MS, closing.signal)
      if (closing.signal.aborted) return
      // Whoever needs the database meets the same, and says so.
      await measure().catch(() => {})
    }
  }

  await measure()
  const measuring = keepMeasuring()
  return {
    clock: { nowMs: () => clock.nowMs() + aheadMs, sleep: (ms, signal) => clock.sleep(ms, signal) },
    problem: () =>
      Math.abs(aheadMs) > MOST_DRIFT_MS
        ? `the clock of this machine is ${Math.abs(aheadMs / 1000)} s ${aheadMs > 0 ? 'behind' : 'ahead of'} the database's: no work is taken until both are right`
        : undefined,
    async close() {
      closing.abort()
      await measuring
    },
  }
}

async function readDatabaseMs(db: Db): Promise<number> {
  const { rows } = await sql<{ ms: number }>`
    select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as ms`.execute(db)
  return rows[0]?.ms ?? 0
}
