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

/** Removes the items that belong to an asset alone, whoever holds them; those of tasks on it stay. */
export async function removeItemsOfAsset(db: Db, assetId: string): Promise<void> {
  await db.deleteFrom('item').where('asset_id', '=', assetId).where('task_id', 'is', null).execute()
}

/** Removes the items of a task with these keys, whatever became of them, so that they can be written anew. */
export async function removeItemsNamed(db: Db, taskId: string, keys: readonly string[]): Promise<void> {
  await db.deleteFrom('item').where('task_id', '=', taskId).where('key', 'in', keys).execute()
}
