import { sql } from 'kysely'
import type { TaskState } from '../domain/states.ts'
import type { BatchRow, Db, TaskRow } from '../domain/tables.ts'
import type { AnyTask } from '../domain/task.ts'
import { batchOf } from './batches.ts'
import { bucketTaskOf, withCrawl, type TaskWithCrawl } from './bucketTasks.ts'
import { taskOf } from './taskRow.ts'

const anyTasks = (db: Db) => withCrawl(db).leftJoin('batch', 'batch.task_id', 'task.id').selectAll('batch')

/** The task of the account, whatever it is of. */
export async function getAnyTask(db: Db, accountId: string, id: string): Promise<AnyTask | undefined> {
  const row = await anyTasks(db)
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('removed_ms', 'is', null)
    .executeTakeFirst()
  return row && anyTaskOf(row)
}

export interface AnyTaskFilter {
  states?: readonly TaskState[]
  kind?: AnyTask['kind']
  modelId?: string
  bucket?: string
  /** Not at this time, later. */
  createdAfterMs?: number
  /** Not at this time, earlier. */
  createdBeforeMs?: number
  /** Only tasks that follow this one in the list. */
  after?: { createdMs: number; id: string }
  limit: number
}

/** The account's tasks of every kind, newest first. */
export async function listAnyTasks(db: Db, accountId: string, filter: AnyTaskFilter): Promise<AnyTask[]> {
  const { states, kind, modelId, bucket, createdAfterMs, createdBeforeMs, after, limit } = filter
  let matching = anyTasks(db).where('account_id', '=', accountId).where('removed_ms', 'is', null)
  if (states) matching = matching.where('state', 'in', states)
  if (kind) matching = matching.where('kind', '=', kind)
  if (modelId !== undefined) matching = matching.where('model_id', '=', modelId)
  if (bucket !== undefined) matching = matching.where('bucket', '=', bucket)
  if (createdAfterMs !== undefined) matching = matching.where('created_ms', '>', createdAfterMs)
  if (createdBeforeMs !== undefined) matching = matching.where('created_ms', '<', createdBeforeMs)
  if (after) matching = matching.where(sql<boolean>`(created_ms, id) < (${after.createdMs}, ${after.id})`)
  const rows = await matching.orderBy('created_ms', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map(anyTaskOf)
}

/** Tasks in work that went on since then, those that did it last first, at most `limit`. */
export async function tasksThatWentOn(
  db: Db,
  { sinceMs, limit }: { sinceMs: number; limit: number },
): Promise<AnyTask[]> {
  const rows = await anyTasks(db)
    // Stands in the text, so that the partial index is used.
    .where(sql<boolean>`state = 'processing'`)
    .where('updated_ms', '>', sinceMs)
    .orderBy('updated_ms', 'desc')
    .limit(limit)
    .execute()
  return rows.map(anyTaskOf)
}

/** The columns of a batch are null for a task that is none. */
type AnyRow = TaskWithCrawl & { [Name in keyof BatchRow]?: BatchRow[Name] | null }

const isBatch = (row: AnyRow): row is TaskRow & BatchRow => row.kind === 'batch'

function anyTaskOf(row: AnyRow): AnyTask {
  if (isBatch(row)) return batchOf(row)
  return row.kind === 'media' ? taskOf(row) : bucketTaskOf(row)
}
