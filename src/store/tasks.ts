import type { Warning } from '../domain/embedding.ts'
import type { TaskState } from '../domain/states.ts'
import type { Db, TaskRow } from '../domain/tables.ts'
import type { Page, Task } from '../domain/task.ts'
import type { ModelPin } from '../domain/model.ts'
import type { TaskPlan } from '../domain/taskPlan.ts'
import type { TaskRequest } from '../domain/taskRequest.ts'
import { failureColumns } from '../domain/failure.ts'
import { newestPage, type PageRequest } from './page.ts'
import { addTaskEvent } from './taskEvents.ts'
import { taskOf, taskWorkOf, type TaskWork } from './taskRow.ts'

export type { TaskWork }

export interface NewTask {
  id: string
  accountId: string
  /** As the caller sent it. */
  modelName: string
  model: ModelPin
  request: TaskRequest
  assetId?: string
  /**
   * SHA-256 of the stored input, hex; the caller has added the reference that the task holds from now on. Absent: it is
   * still to be fetched.
   */
  objectHash?: string
  /** Where the task's own input is fetched from. */
  sourceUrl?: string
  filename?: string
  /** Of text that came with the request. */
  textTokens?: number
  warnings: readonly Warning[]
  /** The key that media are counted for, as its SHA-256 in hex. */
  keyHash?: string
  nowMs: number
  expiresMs: number
}

/** Adds a queued task of media. */
export async function insertTask(db: Db, task: NewTask): Promise<Task> {
  const row: TaskRow = {
    id: task.id,
    account_id: task.accountId,
    kind: 'media',
    state: 'queued',
    model_name: task.modelName,
    model_id: task.model.id,
    model_revision: task.model.revision,
    request_json: JSON.stringify(task.request),
    asset_id: task.assetId ?? null,
    object_hash: task.objectHash ?? null,
    bucket: null,
    holds_object: task.objectHash === undefined ? 0 : 1,
    filename: task.filename ?? null,
    source_url: task.sourceUrl ?? null,
    open_count: 0,
    item_count: 0,
    done_count: 0,
    failed_count: 0,
    skipped_count: 0,
    gone_count: 0,
    is_planned: 0,
    plan_json: null,
    embedding_count: 0,
    text_tokens: task.textTokens ?? 0,
    warnings_json: JSON.stringify(task.warnings),
    ...failureColumns(undefined),
    created_ms: task.nowMs,
    updated_ms: task.nowMs,
    finished_ms: null,
    expires_ms: task.expiresMs,
    key_hash: task.keyHash ?? null,
  }
  await db.insertInto('task').values(row).execute()
  const { accountId, id: taskId, nowMs } = task
  await addTaskEvent(db, { accountId, taskId, kind: 'created', details: {}, nowMs })
  return taskOf(row)
}

/** The task of media, if the account has one of that id. */
export async function getTask(db: Db, accountId: string, id: string): Promise<Task | undefined> {
  const row = await db
    .selectFrom('task')
    .selectAll()
    .where('id', '=', id)
    .where('kind', '=', 'media')
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row && taskOf(row)
}

/** What the work on a task of media needs to know of it, whoever it belongs to. */
export async function getTaskWork(db: Db, id: string): Promise<TaskWork | undefined> {
  const row = await db
    .selectFrom('task')
    .selectAll()
    .where('id', '=', id)
    .where('kind', '=', 'media')
    .executeTakeFirst()
  return row && taskWorkOf(row)
}

export interface TaskFilter extends PageRequest {
  states?: readonly TaskState[]
  /** Not at this time, later. */
  createdAfterMs?: number
  /** Not at this time, earlier. */
  createdBeforeMs?: number
}

/** A page of the account's tasks of media, newest first. */
export async function listTasks(db: Db, accountId: string, filter: TaskFilter): Promise<Page<Task>> {
  const { states, createdAfterMs, createdBeforeMs } = filter
  let matching = db.selectFrom('task').where('account_id', '=', accountId).where('kind', '=', 'media')
  if (states) matching = matching.where('state', 'in', states)
  if (createdAfterMs !== undefined) matching = matching.where('created_ms', '>', createdAfterMs)
  if (createdBeforeMs !== undefined) matching = matching.where('created_ms', '<', createdBeforeMs)
  const { rows, total } = await newestPage(db, matching.selectAll(), filter)
  return { rows: rows.map(taskOf), total }
}

/** Gives a task the input that was fetched for it; the caller has added the reference. False when it has ended. */
export async function setTaskInput(
  db: Db,
  id: string,
  { objectHash, nowMs }: { objectHash: string; nowMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('task')
    .set({ object_hash: objectHash, holds_object: 1, updated_ms: nowMs })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'processing'])
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Gives the bytes of an asset to all tasks that wait for them. Returns how many: the caller adds their references. */
export async function setInputOfWaiting(
  db: Db,
  assetId: string,
  { objectHash, nowMs }: { objectHash: string; nowMs: number },
): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('task')
    .set({ object_hash: objectHash, holds_object: 1, updated_ms: nowMs })
    .where('asset_id', '=', assetId)
    .where('object_hash', 'is', null)
    .where('state', 'in', ['queued', 'processing'])
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Keeps the plan of a task of media. */
export async function keepPlan(
  db: Db,
  id: string,
  { plan, warnings, nowMs }: { plan: TaskPlan; warnings: readonly Warning[]; nowMs: number },
): Promise<void> {
  await db
    .updateTable('task')
    .set({ plan_json: JSON.stringify(plan), updated_ms: nowMs })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'processing'])
    .execute()
  await addWarnings(db, id, warnings)
}

/** Counts vectors that were inserted and the text that went into them, and adds what a caller should know of them. */
export async function addEmbeddings(
  db: Db,
  id: string,
  added: { count: number; textTokens?: number; warnings: readonly Warning[]; nowMs: number },
): Promise<void> {
  await db
    .updateTable('task')
    .set((row) => ({
      embedding_count: row('embedding_count', '+', added.count),
      text_tokens: row('text_tokens', '+', added.textTokens ?? 0),
      updated_ms: added.nowMs,
    }))
    .where('id', '=', id)
    .execute()
  await addWarnings(db, id, added.warnings)
}

export interface ExpiredTask {
  id: string
  accountId: string
  /** Absent: the task has no stored input. */
  objectHash?: string
  /** The caller drops the reference to the input with the task. */
  holdsObject: boolean
}

/** Tasks whose retention is over, the longest expired first. */
export async function expiredTasks(db: Db, nowMs: number, limit: number): Promise<ExpiredTask[]> {
  const rows = await db
    .selectFrom('task')
    .select(['id', 'account_id', 'object_hash', 'holds_object'])
    .where('expires_ms', '<=', nowMs)
    .orderBy('expires_ms')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    accountId: row.account_id,
    ...(row.object_hash !== null && { objectHash: row.object_hash }),
    holdsObject: row.holds_object === 1,
  }))
}

/** Removes a task, whose vectors are gone, with its items. False when there is none of that id. */
export async function removeTask(db: Db, id: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('task').where('id', '=', id).executeTakeFirst()
  return numDeletedRows > 0n
}

async function addWarnings(db: Db, id: string, warnings: readonly Warning[]): Promise<void> {
  if (warnings.length === 0) return
  const row = await db.selectFrom('task').select('warnings_json').where('id', '=', id).executeTakeFirst()
  if (!row) return
  const known = JSON.parse(row.warnings_json) as Warning[]
  const texts = new Set(known.map((warning) => JSON.stringify(warning)))
  const added = warnings.filter((warning) => !texts.has(JSON.stringify(warning)))
  await db
    .updateTable('task')
    .set({ warnings_json: JSON.stringify([...known, ...added]) })
    .where('id', '=', id)
    .execute()
}
