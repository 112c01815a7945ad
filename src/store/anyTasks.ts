import type { Db } from '../domain/tables.ts'
import type { AnyTask } from '../domain/task.ts'
import { bucketTaskOf, withCrawl, type TaskWithCrawl } from './bucketTasks.ts'
import { taskOf } from './taskRow.ts'

/** The task of the account, whatever it is of. */
export async function getAnyTask(db: Db, accountId: string, id: string): Promise<AnyTask | undefined> {
  const row = await withCrawl(db)
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('removed_ms', 'is', null)
    .executeTakeFirst()
  return row && anyTaskOf(row)
}

const anyTaskOf = (row: TaskWithCrawl): AnyTask => (row.kind === 'media' ? taskOf(row) : bucketTaskOf(row))
