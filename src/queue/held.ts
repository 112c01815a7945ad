import { sql } from 'kysely'
import { isPostgres } from '../domain/engine.ts'
import type { Db } from '../domain/tables.ts'
import type { Hold } from './item.ts'

/** An update of the item, that changes nothing unless it is still held: every write of a result begins here. */
export const updateHeld = (db: Db, { id, attempt, worker }: Hold) =>
  db
    .updateTable('item')
    .where('id', '=', id)
    .where('attempt', '=', attempt)
    .where('worker', '=', worker)
    .where('state', '=', 'running')

/** True while the caller holds the item: for a transaction that writes of its work, but nothing of the item itself. */
export async function isHeld(db: Db, { id, attempt, worker }: Hold): Promise<boolean> {
  const held = db
    .selectFrom('item')
    .select('id')
    .where('id', '=', id)
    .where('attempt', '=', attempt)
    .where('worker', '=', worker)
    .where('state', '=', 'running')
  // To the end of the transaction: another server takes it back before or afterwards.
  const row = await (isPostgres(db) ? held.forShare() : held).executeTakeFirst()
  return row !== undefined
}

/** What an item looks like that is in the queue. */
export const NOT_HELD = { worker: null, lease_until_ms: null } as const

/** What an item looks like that has ended; who had it last stays with it. */
export const LET_GO = { lease_until_ms: null } as const

/** For an update of items: `from …` and `where …`, to those that are still held as here. */
export function whereHeld(db: Db, holds: readonly Hold[]) {
  if (isPostgres(db)) {
    // However many there are, it is one statement. They are locked in one order, as who updates others of them at the moment
    // does it. And they are to be found by their ids, wherefore the state is not asked as in the index of leases: most
    // entries of that are of items that have ended.
    const inOrder = holds.toSorted((one, other) => one.id - other.id)
    const ids = inOrder.map(({ id }) => id)
    const attempts = inOrder.map(({ attempt }) => attempt)
    const workers = inOrder.map(({ worker }) => worker)
    return sql`
      from unnest(cast(${ids} as bigint[]), cast(${attempts} as bigint[]), cast(${workers} as text[]))
        as held (id, attempt, worker)
     where item.id = held.id and item.attempt = held.attempt and item.worker = held.worker
       and item.state || '' = 'running'`
  }
  const fences = holds.map(({ id, attempt, worker }) => sql`(${id}, ${attempt}, ${worker})`)
  return sql`where state = 'running' and (id, attempt, worker) in (values ${sql.join(fences)})`
}
