import type { Db } from '../domain/tables.ts'

/** Of these items, those that are queued or being worked on. */
export async function openItems(db: Db, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await db
    .selectFrom('item')
    .select('id')
    .where('id', 'in', ids)
    .where('state', 'in', ['queued', 'running'])
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** True when the task has no item with one of these keys that is not done. */
export async function areDone(db: Db, taskId: string, keys: readonly string[]): Promise<boolean> {
  const row = await db
    .selectFrom('item')
    .select('id')
    .where('task_id', '=', taskId)
    .where('key', 'in', keys)
    .where('state', '<>', 'done')
    .limit(1)
    .executeTakeFirst()
  return row === undefined
}
