import type { Warning } from '../domain/embedding.ts'
import type { TaskState } from '../domain/states.ts'
import type { Db } from '../domain/tables.ts'
import type { Page, Task } from '../domain/task.ts'
import type { ModelPin } from '../domain/model.ts'
import type { TaskPlan } from '../domain/taskPlan.ts'
import type { TaskRequest } from '../domain/taskRequest.ts'
import { addMove } from '../domain/moves.ts'
import { newestPage, type PageRequest } from './page.ts'
import { taskMove } from './taskMove.ts'
import { addTaskEvent } from './taskEvents.ts'
import { newTaskRow, taskOf, taskWorkOf, type TaskWork } from './taskRow.ts'

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
  /** Vectors that follow from the same may be taken from another task. */
  mayReuse: boolean
  /** The key that it was created with. */
  keyId?: string
  /** The task that this one does again. */
  rerunOf?: string
  nowMs: number
  expiresMs: number
}

/** Adds a queued task of media. */
export async function insertTask(db: Db, task: NewTask): Promise<Task> {
  const row = newTaskRow(
    { ...task, kind: 'media' },
    {
      request_json: JSON.stringify(task.request),
      asset_id: task.assetId ?? null,
      object_hash: task.objectHash ?? null,
      holds_object: task.objectHash === undefined ? 0 : 1,
      filename: task.filename ?? null,
      source_url: task.sourceUrl ?? null,
      text_tokens: task.textTokens ?? 0,
      warnings_json: JSON.stringify(task.warnings),
      may_reuse: task.mayReuse ? 1 : 0,
    },
  )
  await db.insertInto('task').values(row).execute()
  const { accountId, id: taskId, rerunOf, nowMs } = task
  const details = { ...(rerunOf !== undefined && { rerunOf }) }
  await addTaskEvent(db, { accountId, taskId, kind: 'created', details, nowMs })
  addMove(db, taskMove(row, nowMs))
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
    .where('removed_ms', 'is', null)
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
  let matching = db
    .selectFrom('task')
    .where('account_id', '=', accountId)
    .where('kind', '=', 'media')
    .where('removed_ms', 'is', null)
  if (states) matching = matching.where('state', 'in', states)
  if (createdAfterMs !== undefined) matching = matching.where('created_ms', '>', createdAfterMs)
  if (createdBeforeMs !== undefined) matching = matching.where('created_ms', '<', createdBeforeMs)
  const { rows, total } = await newestPage(db, matching.selectAll(), filter)
  return { rows: rows.map(taskOf), total }
}

/** Gives a task the input that was fetched for it; the caller has added the reference. Undefined when it has ended. */
export async function setTaskInput(
  db: Db,
  id: string,
  { objectHash, nowMs }: { objectHash: string; nowMs: number },
): Promise<{ model: ModelPin } | undefined> {
  const row = await db
    .updateTable('task')
    .set({ object_hash: objectHash, holds_object: 1, updated_ms: nowMs })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'processing'])
    .returning(['model_id', 'model_revision'])
    .executeTakeFirst()
  return row && { model: { id: row.model_id, revision: row.model_revision } }
}

/** The task refers to its stored input, by this hash, itself again; the caller has added the reference. */
export async function holdInput(
  db: Db,
  id: string,
  { objectHash, nowMs }: { objectHash: string; nowMs: number },
): Promise<void> {
  await db
    .updateTable('task')
    .set({ object_hash: objectHash, holds_object: 1, updated_ms: nowMs })
    .where('id', '=', id)
    .execute()
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

export interface NewPlan {
  plan: TaskPlan
  /** What the vectors follow from. */
  reuseKey: string
  /** How much video or sound is embedded; absent for pictures and documents. */
  mediaMs?: number
  warnings: readonly Warning[]
  nowMs: number
}

/** Keeps the plan of a task of media. */
export async function keepPlan(
  db: Db,
  id: string,
  { plan, reuseKey, mediaMs, warnings, nowMs }: NewPlan,
): Promise<void> {
  await db
    .updateTable('task')
    .set({
      plan_json: JSON.stringify(plan),
      reuse_key: reuseKey,
      media_total_ms: mediaMs ?? null,
      updated_ms: nowMs,
    })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'processing'])
    .execute()
  await addWarnings(db, id, warnings)
}

export interface AddedEmbeddings {
  count: number
  textTokens?: number
  /** So much video or sound is embedded, or failed. */
  mediaDoneMs?: number
  mediaFailedMs?: number
  warnings: readonly Warning[]
  nowMs: number
}

/** Counts vectors that were inserted and what went into them, and adds what a caller should know of them. */
export async function addEmbeddings(db: Db, id: string, added: AddedEmbeddings): Promise<void> {
  await db
    .updateTable('task')
    .set((row) => ({
      embedding_count: row('embedding_count', '+', added.count),
      text_tokens: row('text_tokens', '+', added.textTokens ?? 0),
      media_done_ms: row('media_done_ms', '+', added.mediaDoneMs ?? 0),
      media_failed_ms: row('media_failed_ms', '+', added.mediaFailedMs ?? 0),
      updated_ms: added.nowMs,
    }))
    .where('id', '=', id)
    .execute()
  await addWarnings(db, id, added.warnings)
}

/** Removes a task, whose vectors are gone, with its items. False when there is none of that id. */
export async function removeTask(db: Db, id: string): Promise<boolean> {
  await db.deleteFrom('task_trace').where('task_id', '=', id).execute()
  const { numDeletedRows } = await db.deleteFrom('task').where('id', '=', id).executeTakeFirst()
  return numDeletedRows > 0n
}

/** Adds what a caller should know; what is known already is not said twice. */
export async function addWarnings(db: Db, id: string, warnings: readonly Warning[]): Promise<void> {
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

/** What was missing is tried again: its warnings are not true any more, and its media has not failed. */
export async function closeGaps(
  db: Db,
  id: string,
  { warnings, mediaMs }: { warnings: readonly Warning[]; mediaMs: number },
): Promise<void> {
  const row = await db.selectFrom('task').select('warnings_json').where('id', '=', id).executeTakeFirst()
  if (!row || warnings.length === 0) return
  const closed = new Set(warnings.map((warning) => JSON.stringify(warning)))
  const left = (JSON.parse(row.warnings_json) as Warning[]).filter(
    (warning) => !closed.has(JSON.stringify(warning)),
  )
  await db
    .updateTable('task')
    .set((task) => ({
      media_failed_ms: task('media_failed_ms', '-', mediaMs),
      warnings_json: JSON.stringify(left),
    }))
    .where('id', '=', id)
    .execute()
}
