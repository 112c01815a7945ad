import { sql } from 'kysely'
import type { Db } from '../domain/tables.ts'
import { LET_GO } from './held.ts'
import { ITEM_COLUMNS, itemOf, type Hold, type Item } from './item.ts'

/**
 * Takes back what workers hold of a task: whatever they still write of it is refused. Returns what they held, so that
 * they can be told.
 */
export async function cancelRunning(db: Db, taskId: string, nowMs: number): Promise<(Item & Hold)[]> {
  const rows = await db
    .updateTable('item')
    .set({ state: 'cancelled', ...LET_GO, finished_ms: nowMs })
    .where(sql<boolean>`state = 'running'`)
    .where('task_id', '=', taskId)
    .returning([...ITEM_COLUMNS, 'attempt', 'worker'])
    .execute()
  return rows.map((row) => ({ ...itemOf(row), attempt: row.attempt, worker: row.worker ?? '' }))
}

/** What became of a stretch of a task's items. */
export interface CancelledStretch {
  cancelled: Item[]
  /** The key to go on after; absent: there are no more. */
  last?: string
}

/** Cancels what is queued among the next `limit` items of a task, in the order of their keys. */
export async function cancelQueued(
  db: Db,
  taskId: string,
  { after, limit, nowMs }: { after: string; limit: number; nowMs: number },
): Promise<CancelledStretch> {
  const items = await db
    .selectFrom('item')
    .select(['id', 'key', 'state'])
    .where('task_id', '=', taskId)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute()
  const last = items.at(-1)?.key
  const queued = items.filter(({ state }) => state === 'queued').map(({ id }) => id)
  const rows =
    queued.length === 0
      ? []
      : await db
          .updateTable('item')
          .set({ state: 'cancelled', pause_id: 0, finished_ms: nowMs })
          .where('id', 'in', queued)
          .returning(ITEM_COLUMNS)
          .execute()
  return { cancelled: rows.map(itemOf), ...(last !== undefined && { last }) }
}
