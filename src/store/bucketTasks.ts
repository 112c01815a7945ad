import { sql } from 'kysely'
import { failureOf } from '../domain/failure.ts'
import { addMove } from '../domain/moves.ts'
import type { TaskState } from '../domain/states.ts'
import type { CrawlRow, Db, TaskRow } from '../domain/tables.ts'
import type { BucketSettings, BucketTask } from '../domain/task.ts'
import { progressOf } from '../domain/progress.ts'
import { crawlProgressOf, PROGRESS_COLUMNS } from './crawls.ts'
import { addTaskEvent } from './taskEvents.ts'
import { taskMove } from './taskMove.ts'
import { countsOf, newTaskRow } from './taskRow.ts'

export interface NewBucketTask {
  /** UUID version 7: of two tasks the later one has the greater id. */
  id: string
  accountId: string
  bucket: string
  /** As the caller sent it. */
  modelName: string
  settings: BucketSettings
  /** The key that it was created with. */
  keyId?: string | undefined
  nowMs: number
  expiresMs: number
}

/** Adds a queued task of a bucket. */
export async function insertBucketTask(db: Db, task: NewBucketTask): Promise<BucketTask> {
  const row = newTaskRow(
    { ...task, kind: 'bucket', model: task.settings.model },
    { request_json: JSON.stringify(task.settings), bucket: task.bucket },
  )
  await db.insertInto('task').values(row).execute()
  const { accountId, id: taskId, nowMs } = task
  await addTaskEvent(db, { accountId, taskId, kind: 'created', details: {}, nowMs })
  addMove(db, taskMove(row, nowMs))
  return bucketTaskOf(row)
}

/** The task of a bucket, if the account has one of that id. */
export async function getBucketTask(db: Db, accountId: string, id: string): Promise<BucketTask | undefined> {
  const row = await withCrawl(db)
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('kind', '=', 'bucket')
    .where('removed_ms', 'is', null)
    .executeTakeFirst()
  return row && bucketTaskOf(row)
}

/** The account's tasks of buckets, newest first, at most `limit`. */
export async function listBucketTasks(
  db: Db,
  accountId: string,
  { states, limit }: { states?: readonly TaskState[]; limit: number },
): Promise<BucketTask[]> {
  let matching = withCrawl(db)
    .where('account_id', '=', accountId)
    .where('kind', '=', 'bucket')
    .where('removed_ms', 'is', null)
  if (states) matching = matching.where('state', 'in', states)
  const rows = await matching.orderBy('created_ms', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map(bucketTaskOf)
}

/** Tasks with what is known of their crawls. */
export const withCrawl = (db: Db) =>
  db
    .selectFrom('task')
    .leftJoin('crawl', 'crawl.task_id', 'task.id')
    .selectAll('task')
    .select(PROGRESS_COLUMNS)

// Stands in the text, so that the partial index is used.
const IS_ACTIVE = sql<boolean>`state in ('queued', 'processing')`

/** The newest task of the account and bucket that has not ended. */
export async function newestActiveTask(
  db: Db,
  accountId: string,
  bucket: string,
): Promise<BucketTask | undefined> {
  const row = await withCrawl(db)
    .where('account_id', '=', accountId)
    .where('bucket', '=', bucket)
    .where(IS_ACTIVE)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && bucketTaskOf(row)
}

/** All tasks of the account and bucket that have not ended. */
export async function activeTaskIds(db: Db, accountId: string, bucket: string): Promise<string[]> {
  const rows = await db
    .selectFrom('task')
    .select('id')
    .where('account_id', '=', accountId)
    .where('bucket', '=', bucket)
    .where(IS_ACTIVE)
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** True when the account has embedded the bucket again since this task was created. */
export async function hasLaterTask(
  db: Db,
  { id, accountId, bucket, createdMs }: Pick<BucketTask, 'id' | 'accountId' | 'bucket' | 'createdMs'>,
): Promise<boolean> {
  const row = await db
    .selectFrom('task')
    .select('id')
    .where('account_id', '=', accountId)
    .where('created_ms', '>=', createdMs)
    .where('bucket', '=', bucket)
    .where('id', '>', id)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Counts files of the bucket that were found unchanged, and files that are no longer there. */
export async function addFoundFiles(
  db: Db,
  id: string,
  { skipped = 0, gone = 0, nowMs }: { skipped?: number; gone?: number; nowMs: number },
): Promise<void> {
  await db
    .updateTable('task')
    .set((row) => ({
      skipped_count: row('skipped_count', '+', skipped),
      gone_count: row('gone_count', '+', gone),
      updated_ms: nowMs,
    }))
    .where('id', '=', id)
    .execute()
}

/** What the work on a task of a bucket needs to know of it. */
export interface BucketWork {
  id: string
  accountId: string
  /** As the operator's storage knows the account. */
  accountName: string
  bucket: string
  modelName: string
  settings: BucketSettings
  doneCount: number
  failedCount: number
}

/** What the work on a task of a bucket needs to know of it, whoever it belongs to. */
export async function getBucketWork(db: Db, id: string): Promise<BucketWork | undefined> {
  const row = await db
    .selectFrom('task')
    .innerJoin('account', 'account.id', 'task.account_id')
    .select(['task.id', 'account_id', 'account.name', 'bucket', 'model_name', 'request_json'])
    .select(['done_count', 'failed_count'])
    .where('task.id', '=', id)
    .where('kind', '=', 'bucket')
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      accountId: row.account_id,
      accountName: row.name,
      bucket: row.bucket ?? '',
      modelName: row.model_name,
      settings: JSON.parse(row.request_json) as BucketSettings,
      doneCount: row.done_count,
      failedCount: row.failed_count,
    }
  )
}

type CrawlColumns = Pick<CrawlRow, (typeof PROGRESS_COLUMNS)[number]>

/** The columns of a crawl are null for a task that is none. */
export type TaskWithCrawl = TaskRow & { [Name in keyof CrawlColumns]?: CrawlColumns[Name] | null }

const isCrawl = (row: TaskWithCrawl): row is TaskRow & CrawlColumns => typeof row.start_url === 'string'

export function bucketTaskOf(row: TaskWithCrawl): BucketTask {
  const failure = failureOf(row)
  return {
    kind: 'bucket',
    id: row.id,
    accountId: row.account_id,
    state: row.state,
    bucket: row.bucket ?? '',
    modelName: row.model_name,
    settings: JSON.parse(row.request_json) as BucketSettings,
    ...(failure && { failure }),
    fileCount: row.item_count,
    doneCount: row.done_count,
    failedCount: row.failed_count,
    skippedCount: row.skipped_count,
    goneCount: row.gone_count,
    progress: progressOf(countsOf(row)),
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    ...(row.finished_ms !== null && { finishedMs: row.finished_ms }),
    expiresMs: row.expires_ms,
    ...(isCrawl(row) && { crawl: crawlProgressOf(row) }),
  }
}
