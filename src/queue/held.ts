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

/** What an item looks like that nobody holds. */
export const NOT_HELD = { worker: null, lease_until_ms: null } as const
