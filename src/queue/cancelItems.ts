import { sql } from 'kysely'
import { addMove } from '../domain/moves.ts'
import type { Db } from '../domain/tables.ts'
import { NOT_HELD } from './held.ts'
import { itemMove, MOVE_COLUMNS } from './itemMove.ts'

/** Takes back what workers hold of a task: whatever they still write of it is refused. */
export async function cancelRunning(db: Db, taskId: string, nowMs: number): Promise<void> {
  const cancelled = await db
    .updateTable('item')
    .set({ state: 'cancelled', ...NOT_HELD, finished_ms: nowMs })
    .where(sql<boolean>`state = 'running'`)
    .where('task_id', '=', taskId)
    .returning(MOVE_COLUMNS)
    .execute()
  for (const row of cancelled) addMove(db, itemMove(row, { state: 'cancelled', nowMs }))
}

/**
 * Cancels what is queued among the next `limit` items of a task, in the order of their keys. Returns the key to go on
 * after; undefined: there are no more.
 */
export async function cancelQueued(
  db: Db,
  taskId: string,
  { after, limit, nowMs }: { after: string; limit: number; nowMs: number },
): Promise<string | undefined> {
  const items = await db
    .selectFrom('item')
    .select(['id', 'key'])
    .where('task_id', '=', taskId)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute()
  if (items.length > 0) {
    const cancelled = await db
      .updateTable('item')
      .set({ state: 'cancelled', finished_ms: nowMs })
      .where(
        'id',
        'in',
        items.map(({ id }) => id),
      )
      .where('state', '=', 'queued')
      .returning(MOVE_COLUMNS)
      .execute()
    for (const row of cancelled) addMove(db, itemMove(row, { state: 'cancelled', nowMs }))
  }
  return items.at(-1)?.key
}
