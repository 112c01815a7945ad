import { sql } from 'kysely'
import { onTestFinished } from 'vitest'
import { makeByteCache } from '../../src/lib/byteCache.ts'
import { makeTakeover } from '../../src/lib/takeover.ts'
import { gatherDocumentEnds } from '../../src/tasks/endDocuments.ts'
import type { TaskParts } from '../../src/tasks/parts.ts'
import { openTally } from '../../src/tasks/tally.ts'
import { openWatchHub } from '../../src/tasks/watch/hub.ts'
import type { TaskRoom } from './taskRoom.ts'
import { openStoreAt } from './withDatabase.ts'

/** Another server on the database of a room: it shares the bytes, and nothing else that is in memory. */
export async function secondServer(room: TaskRoom): Promise<TaskParts> {
  const { clock, logger } = room.parts
  const store = await openStoreAt(room.location, room.clock)
  const watchHub = openWatchHub({
    store,
    clock,
    onError(error) {
      throw error
    },
  })
  const tally = openTally({ store, clock, logger, waitMs: 0 })
  onTestFinished(async () => {
    await watchHub.close()
    await tally.close()
    await store.close()
  })
  return {
    ...room.parts,
    store,
    watchHub,
    tally,
    partTurns: makeTakeover(),
    previews: makeByteCache(1_000_000),
    endDocument: gatherDocumentEnds({ store, clock, waitMs: 0 }),
  }
}

/** What `check` throws is thrown; ends when it is true. */
export async function until(check: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await check())) await new Promise((turn) => setImmediate(turn))
}

interface Racing<First, Second> {
  /** Its transaction is held open: all is written, nothing is committed. */
  first: (parts: TaskParts) => Promise<First>
  /** Runs on the other server meanwhile, until it ends or waits for the first. */
  second: () => Promise<Second>
  /** Which transaction of `first` is held open, from 0. */
  at?: number
}

/**
 * Runs two things on two servers at the worst moment: the second one begins when the first has written all of its
 * transaction and has not committed it.
 */
export async function raceOf<First, Second>(
  parts: TaskParts,
  { first, second, at = 0 }: Racing<First, Second>,
): Promise<[PromiseSettledResult<Awaited<First>>, PromiseSettledResult<Awaited<Second>>]> {
  const { store } = parts
  const written = Promise.withResolvers<void>()
  const mayCommit = Promise.withResolvers<void>()
  let count = 0
  const holding: TaskParts = {
    ...parts,
    store: {
      ...store,
      write: (change) =>
        store.write(async (db) => {
          const value = await change(db)
          if (count++ !== at) return value
          written.resolve()
          await mayCommit.promise
          return value
        }),
    },
  }
  const one = first(holding)
  // One that ends, or fails, before that has nothing to hold open.
  await Promise.race([written.promise, one.catch(() => {})])
  const other = second()
  let hasEnded = false
  const ended = other.then(
    () => (hasEnded = true),
    () => (hasEnded = true),
  )
  await until(async () => hasEnded || (await someoneWaits(parts)))
  mayCommit.resolve()
  await ended
  return Promise.allSettled([one, other])
}

/** True while a transaction waits for a lock of another one. */
async function someoneWaits({ store }: TaskParts): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`.execute(store.read)
  return (rows[0]?.count ?? 0) > 0
}
