import type { TaskEventDetails, TaskEventKind } from '../domain/taskEvent.ts'
import type { Db } from '../domain/tables.ts'

export interface NewTaskEvent<Kind extends TaskEventKind> {
  accountId: string
  taskId: string
  kind: Kind
  details: TaskEventDetails[Kind]
  nowMs: number
}

/** Keeps what happens to a task, in the transaction in which it happens. */
export async function addTaskEvent<Kind extends TaskEventKind>(
  db: Db,
  { accountId, taskId, kind, details, nowMs }: NewTaskEvent<Kind>,
): Promise<void> {
  await db
    .insertInto('task_event')
    .values({
      account_id: accountId,
      task_id: taskId,
      kind,
      details_json: JSON.stringify(details),
      created_ms: nowMs,
    })
    .execute()
}

/** Removes at most `limit` events of a task. Returns how many; 0: there is none left. */
export async function removeTaskEvents(db: Db, taskId: string, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('task_event')
    .where('id', 'in', (query) =>
      query.selectFrom('task_event').select('id').where('task_id', '=', taskId).limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}
