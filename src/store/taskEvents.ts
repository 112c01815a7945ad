import { sql, type Selectable } from 'kysely'
import { isPostgres } from '../domain/engine.ts'
import type { TaskEvent, TaskEventDetails, TaskEventKind } from '../domain/taskEvent.ts'
import type { Db, TaskEventRow } from '../domain/tables.ts'

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

export interface EventQuery {
  /** Absent, and without a task: of all accounts. */
  accountId?: string
  /** Absent: of all tasks. */
  taskId?: string
  /** Only those with a greater id. */
  after: number
  limit: number
}

/**
 * What happened, in the order in which it did. Whoever goes on after the last of these misses nothing: events wait for
 * those before them that are not committed yet.
 */
export async function readTaskEvents(
  db: Db,
  { accountId, taskId, after, limit }: EventQuery,
): Promise<TaskEvent[]> {
  // Before, and in a statement of its own, so that what is settled is also seen.
  const settled = await settledTaskEventId(db)
  let matching = db.selectFrom('task_event').selectAll().where('id', '>', after)
  if (settled !== undefined) matching = matching.where('id', '<=', settled)
  // A task has one account, and whoever asks knows it: with both the longer of two indexes might be looked through.
  if (taskId !== undefined) matching = matching.where('task_id', '=', taskId)
  else if (accountId !== undefined) matching = matching.where('account_id', '=', accountId)
  const rows = await matching.orderBy('id').limit(limit).execute()
  return rows.map(eventOf)
}

/** The id of the newest event that can be read; 0 when there is none. */
export async function lastTaskEventId(db: Db): Promise<number> {
  const settled = await settledTaskEventId(db)
  if (settled !== undefined) return settled
  const row = await db.selectFrom('task_event').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst()
  return row?.id ?? 0
}

/** On PostgreSQL, where ids are given before the commit: up to this id no event is in an open transaction. */
async function settledTaskEventId(db: Db): Promise<number | undefined> {
  if (!isPostgres(db)) return undefined
  const { rows } = await sql<{ id: number }>`select settled_task_event_id() as id`.execute(db)
  return rows[0]?.id
}

const eventOf = (row: Selectable<TaskEventRow>): TaskEvent =>
  ({
    id: row.id,
    accountId: row.account_id,
    taskId: row.task_id,
    kind: row.kind,
    details: JSON.parse(row.details_json) as unknown,
    createdMs: row.created_ms,
  }) as TaskEvent

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
