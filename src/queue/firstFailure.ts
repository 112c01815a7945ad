import { sql } from 'kysely'
import { failureOf } from '../domain/failure.ts'
import type { Db } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'

/** Why the first failed item of the task failed; undefined when none did. */
export async function firstFailure(db: Db, taskId: string): Promise<Failure | undefined> {
  const row = await db
    .selectFrom('item')
    .select(['error_code', 'error_message'])
    .where('task_id', '=', taskId)
    .where(sql<boolean>`state = 'failed'`)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row && failureOf(row)
}
