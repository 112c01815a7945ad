import type { Db } from '../domain/tables.ts'

/** Removes at most `limit` items of a task, whoever holds them. Returns how many; 0: there is none left. */
export async function removeItems(db: Db, taskId: string, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('item')
    .where('id', 'in', (query) =>
      query.selectFrom('item').select('id').where('task_id', '=', taskId).limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}
