import { failureOf } from '../domain/failure.ts'
import type { ItemState } from '../domain/states.ts'
import type { Db } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'

/** How the item of the task with this key stands, if there is one. */
export async function itemOfTask(
  db: Db,
  taskId: string,
  key: string,
): Promise<{ state: ItemState; failure?: Failure } | undefined> {
  const row = await db
    .selectFrom('item')
    .select(['state', 'error_code', 'error_message'])
    .where('task_id', '=', taskId)
    .where('key', '=', key)
    .executeTakeFirst()
  const failure = row && failureOf(row)
  return row && { state: row.state, ...(failure && { failure }) }
}
