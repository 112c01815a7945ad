import { sql } from 'kysely'
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

/** Tasks in work that went on since then, those that did it last first, at most `limit`. */
export async function tasksThatWentOn(
  db: Db,
  { sinceMs, limit }: { sinceMs: number; limit: number },
): Promise<AnyTask[]> {
  const rows = await withCrawl(db)
    // Stands in the text, so that the partial index is used.
    .where(sql<boolean>`state = 'processing'`)
    .where('updated_ms', '>', sinceMs)
    .orderBy('updated_ms', 'desc')
    .limit(limit)
    .execute()
  return rows.map(anyTaskOf)
}

const anyTaskOf = (row: TaskWithCrawl): AnyTask => (row.kind === 'media' ? taskOf(row) : bucketTaskOf(row))
