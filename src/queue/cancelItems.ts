import { sql } from 'kysely'
import { addMove } from '../domain/moves.ts'
import type { Db } from '../domain/tables.ts'
import { LET_GO } from './held.ts'
import { ITEM_COLUMNS, itemOf, type Hold, type Item } from './item.ts'
import { itemMove, MOVE_COLUMNS } from './itemMove.ts'

/** Items of which a task has no more than one, by their keys. */
const SINGLE = ['fetch', 'plan', 'list', 'crawl', 'check', 'retry', 'finish']

/**
 * Takes back what workers hold of a task: whatever they still write of it is refused. What is queued of its beginning and
 * of its end is cancelled too; of the many items between, `cancelQueued` cancels some at a time. Returns what workers
 * held, so that they can be told.
 */
export async function cancelRunning(db: Db, taskId: string, nowMs: number): Promise<(Item & Hold)[]> {
  const rows = await db
    .updateTable('item')
    .set({ state: 'cancelled', ...LET_GO, finished_ms: nowMs })
    .where(sql<boolean>`state = 'running'`)
    // Few items are running, and a task may have a million: only of those of the index of leases it is asked.
    .where(sql<boolean>`coalesce(task_id, '') = ${taskId}`)
    .returning([...ITEM_COLUMNS, ...MOVE_COLUMNS, 'worker'])
    .execute()
  const single = await db
    .updateTable('item')
    .set({ state: 'cancelled', pause_id: 0, finished_ms: nowMs })
    .where('task_id', '=', taskId)
    .where('key', 'in', SINGLE)
    .where('state', '=', 'queued')
    .returning(MOVE_COLUMNS)
    .execute()
  for (const row of [...rows, ...single]) addMove(db, itemMove(row, { state: 'cancelled', nowMs }))
  return rows.map((row) => ({ ...itemOf(row), attempt: row.attempt, worker: row.worker ?? '' }))
}

/** What became of a stretch of a task's items. */
export interface CancelledStretch {
  cancelled: Item[]
  /** The key to go on after; absent: there are no more. */
  next?: string
}

/**
 * Cancels what is queued among the next `limit` items of a task, in the order of their keys, and takes back what another
 * server has begun this very moment.
 */
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
  const next = items.length === limit ? items.at(-1)?.key : undefined
  const open = items.filter(({ state }) => state === 'queued' || state === 'running').map(({ id }) => id)
  const rows =
    open.length === 0
      ? []
      : await db
          .updateTable('item')
          .set({ state: 'cancelled', ...LET_GO, pause_id: 0, finished_ms: nowMs })
          .where('id', 'in', open)
          .where('state', 'in', ['queued', 'running'])
          .returning([...ITEM_COLUMNS, ...MOVE_COLUMNS])
          .execute()
  for (const row of rows) addMove(db, itemMove(row, { state: 'cancelled', nowMs }))
  return { cancelled: rows.map(itemOf), ...(next !== undefined && { next }) }
}
