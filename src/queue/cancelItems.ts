import { sql } from 'kysely'
import type { Db } from '../domain/tables.ts'
import { NOT_HELD } from './held.ts'

/** Takes back what workers hold of a task: whatever they still write of it is refused. */
export async function cancelRunning(db: Db, taskId: string, nowMs: number): Promise<void> {
  await db
    .updateTable('item')
    .set({ state: 'cancelled', ...NOT_HELD, finished_ms: nowMs })
    .where(sql<boolean>`state = 'running'`)
    .where('task_id', '=', taskId)
    .execute()
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
  if (items.length > 0)
    await db
      .updateTable('item')
      .set({ state: 'cancelled', finished_ms: nowMs })
      .where(
        'id',
        'in',
        items.map(({ id }) => id),
      )
      .where('state', '=', 'queued')
      .execute()
  return items.at(-1)?.key
}
