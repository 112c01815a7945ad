import type { BatchProblem, BatchStop } from '../domain/batch.ts'
import type { Batch } from '../domain/task.ts'
import type { Warning } from '../domain/embedding.ts'
import { failureOf } from '../domain/failure.ts'
import { addMove } from '../domain/moves.ts'
import { progressOf } from '../domain/progress.ts'
import type { BatchRow, Db, TaskRow } from '../domain/tables.ts'
import type { ModelPin } from '../domain/model.ts'
import { addTaskEvent } from './taskEvents.ts'
import { taskMove } from './taskMove.ts'
import { countsOf, newTaskRow } from './taskRow.ts'

export interface NewBatch {
  id: string
  accountId: string
  inputFileId: string
  /** SHA-256 of the stored input, hex; the caller has added the reference that the batch holds. */
  inputHash: string
  filename: string
  metadata?: Readonly<Record<string, string>>
  filesKeptMs: number
  deadlineMs: number
  /** The key that was used. */
  keyId?: string | undefined
  nowMs: number
  expiresMs: number
}

/** Adds a queued batch. */
export async function insertBatch(db: Db, batch: NewBatch): Promise<Batch> {
  const { id: taskId, accountId, nowMs } = batch
  const task = newTaskRow(
    { ...batch, kind: 'batch', modelName: '', model: { id: '', revision: '' } },
    { filename: batch.filename },
  )
  const row: BatchRow = {
    task_id: taskId,
    input_file_id: batch.inputFileId,
    input_hash: batch.inputHash,
    metadata_json: batch.metadata ? JSON.stringify(batch.metadata) : null,
    files_kept_ms: batch.filesKeptMs,
    requests_total: 0,
    requests_done: 0,
    requests_failed: 0,
    problems_json: '[]',
    stop: null,
    started_ms: null,
    finalizing_ms: null,
    stopping_ms: null,
    deadline_ms: batch.deadlineMs,
    output_file_id: null,
    error_file_id: null,
  }
  await db.insertInto('task').values(task).execute()
  await db.insertInto('batch').values(row).execute()
  await addTaskEvent(db, { accountId, taskId, kind: 'created', details: {}, nowMs })
  addMove(db, taskMove(task, nowMs))
  return batchOf({ ...task, ...row })
}

const batches = (db: Db) =>
  db
    .selectFrom('task')
    .innerJoin('batch', 'batch.task_id', 'task.id')
    .selectAll('task')
    .selectAll('batch')
    .where('kind', '=', 'batch')

const seenBatches = (db: Db, accountId: string) =>
  batches(db).where('account_id', '=', accountId).where('removed_ms', 'is', null)

/** The batch, if the account has one of that id. */
export async function getBatch(db: Db, accountId: string, id: string): Promise<Batch | undefined> {
  const row = await seenBatches(db, accountId).where('id', '=', id).executeTakeFirst()
  return row && batchOf(row)
}

/** The account's batches, newest first, at most `limit`; those after one of them, which may be gone. */
export async function listBatches(
  db: Db,
  accountId: string,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Batch[]> {
  let matching = seenBatches(db, accountId)
  // Ids sort by the time they were made, as the index does.
  if (after !== undefined) matching = matching.where('id', '<', after)
  const rows = await matching.orderBy('created_ms', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map(batchOf)
}

/** What the work on a batch needs to know beside what callers see. */
export interface BatchWork extends Batch {
  /** SHA-256 of the stored input, hex; absent once the batch has let go of it. */
  inputHash?: string
  filesKeptMs: number
  isPlanned: boolean
}

/** What the work on a batch needs to know of it, whoever it belongs to. */
export async function getBatchWork(db: Db, id: string): Promise<BatchWork | undefined> {
  const row = await batches(db).where('id', '=', id).executeTakeFirst()
  return (
    row && {
      ...batchOf(row),
      ...(row.input_hash !== null && { inputHash: row.input_hash }),
      filesKeptMs: row.files_kept_ms,
      isPlanned: row.is_planned === 1,
    }
  )
}

/** The lines are looked at, and may be worked on. Doing it again changes nothing. */
export async function startBatch(
  db: Db,
  id: string,
  started: {
    modelName: string
    model: ModelPin
    warnings: readonly Warning[]
    requestCount: number
    nowMs: number
  },
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('batch')
    .set({ requests_total: started.requestCount, started_ms: started.nowMs })
    .where('task_id', '=', id)
    .where('started_ms', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return
  await db
    .updateTable('task')
    .set({
      model_name: started.modelName,
      model_id: started.model.id,
      model_revision: started.model.revision,
      warnings_json: JSON.stringify(started.warnings),
    })
    .where('id', '=', id)
    .execute()
}

export async function setProblems(db: Db, id: string, problems: readonly BatchProblem[]): Promise<void> {
  await db
    .updateTable('batch')
    .set({ problems_json: JSON.stringify(problems) })
    .where('task_id', '=', id)
    .execute()
}

/** Counts requests that have come to an end, and the text of those that are done. */
export async function countRequests(
  db: Db,
  id: string,
  { done = 0, failed = 0, textTokens = 0 }: { done?: number; failed?: number; textTokens?: number },
): Promise<void> {
  await db
    .updateTable('batch')
    .set((row) => ({
      requests_done: row('requests_done', '+', done),
      requests_failed: row('requests_failed', '+', failed),
    }))
    .where('task_id', '=', id)
    .execute()
  if (textTokens > 0)
    await db
      .updateTable('task')
      .set((row) => ({ text_tokens: row('text_tokens', '+', textTokens) }))
      .where('id', '=', id)
      .execute()
}

/** What came of the requests is put together from now on. */
export async function setFinalizing(db: Db, id: string, nowMs: number): Promise<void> {
  await db
    .updateTable('batch')
    .set({ finalizing_ms: nowMs })
    .where('task_id', '=', id)
    .where('finalizing_ms', 'is', null)
    .execute()
}

/** Names one of the files of what came of the requests. */
export async function setFile(
  db: Db,
  id: string,
  { which, fileId }: { which: 'output' | 'error'; fileId: string },
): Promise<void> {
  await db
    .updateTable('batch')
    .set({ [`${which}_file_id`]: fileId })
    .where('task_id', '=', id)
    .execute()
}

/** From now on nothing more of the batch is begun. False when it is too late, or was said before. */
export async function setStop(
  db: Db,
  id: string,
  { stop, nowMs }: { stop: BatchStop; nowMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('batch')
    .set({ stop, stopping_ms: nowMs })
    .where('task_id', '=', id)
    .where('stop', 'is', null)
    .where('finalizing_ms', 'is', null)
    .where('input_hash', 'is not', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** The batch needs its input no more. True when it had it until now: the caller drops the reference. */
export async function letGoInput(db: Db, id: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('batch')
    .set({ input_hash: null })
    .where('task_id', '=', id)
    .where('input_hash', 'is not', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Batches that have not ended when they should have, and that nobody has stopped. */
export const overdueBatches = (db: Db, nowMs: number, limit: number): Promise<{ id: string }[]> =>
  db
    .selectFrom('batch')
    .select('task_id as id')
    .where('input_hash', 'is not', null)
    .where('deadline_ms', '<=', nowMs)
    .where('stop', 'is', null)
    .where('finalizing_ms', 'is', null)
    .limit(limit)
    .execute()

/** Batches that were stopped, and are not yet put together. */
export const stoppedBatches = (db: Db, limit: number): Promise<{ id: string }[]> =>
  db
    .selectFrom('batch')
    .select('task_id as id')
    .where('input_hash', 'is not', null)
    .where('stop', 'is not', null)
    .where('finalizing_ms', 'is', null)
    .limit(limit)
    .execute()

/** The batch in the row of its task, when that is one. */
export function batchOf(row: TaskRow & BatchRow): Batch {
  const failure = failureOf(row)
  return {
    kind: 'batch',
    id: row.id,
    accountId: row.account_id,
    state: row.state,
    inputFileId: row.input_file_id,
    filename: row.filename ?? '',
    ...(row.metadata_json !== null && {
      metadata: JSON.parse(row.metadata_json) as Record<string, string>,
    }),
    modelName: row.model_name,
    model: { id: row.model_id, revision: row.model_revision },
    problems: JSON.parse(row.problems_json) as BatchProblem[],
    ...(failure && { failure }),
    warnings: JSON.parse(row.warnings_json) as Warning[],
    requestCount: row.requests_total,
    doneCount: row.requests_done,
    failedCount: row.requests_failed,
    progress: progressOf(countsOf(row)),
    textTokens: row.text_tokens,
    ...(row.output_file_id !== null && { outputFileId: row.output_file_id }),
    ...(row.error_file_id !== null && { errorFileId: row.error_file_id }),
    ...(row.stop !== null && { stop: row.stop }),
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    ...(row.started_ms !== null && { startedMs: row.started_ms }),
    ...(row.finalizing_ms !== null && { finalizingMs: row.finalizing_ms }),
    ...(row.stopping_ms !== null && { stoppingMs: row.stopping_ms }),
    ...(row.finished_ms !== null && { finishedMs: row.finished_ms }),
    deadlineMs: row.deadline_ms,
    expiresMs: row.expires_ms,
  }
}
