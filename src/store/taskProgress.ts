import { sql } from 'kysely'
import { failureColumns } from '../domain/failure.ts'
import { addMove } from '../domain/moves.ts'
import { TASK_STATES, canMoveTask, isFinal, type TaskState } from '../domain/states.ts'
import type { Db, TaskRow } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import { addDailyUse } from './dailyUsage.ts'
import { addTaskEvent } from './taskEvents.ts'
import { MOVE_COLUMNS, taskMove } from './taskMove.ts'

/** Counts items that the plan has written just now; the task is worked on from here. */
export async function addPlannedItems(
  db: Db,
  id: string,
  { count, nowMs }: { count: number; nowMs: number },
): Promise<void> {
  await begin(db, id, nowMs)
  await db
    .updateTable('task')
    .set((row) => ({
      open_count: row('open_count', '+', count),
      item_count: row('item_count', '+', count),
      updated_ms: nowMs,
    }))
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'processing'])
    .execute()
}

async function begin(db: Db, id: string, nowMs: number): Promise<void> {
  const begun = await db
    .updateTable('task')
    .set({ state: 'processing' })
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .returning(MOVE_COLUMNS)
    .executeTakeFirst()
  if (!begun) return
  const accountId = begun.account_id
  await addTaskEvent(db, { accountId, taskId: id, kind: 'processing', details: {}, nowMs })
  addMove(db, taskMove(begun, nowMs))
}

/** All items of the task are written: when none is open any more, the task can end. */
export async function setPlanned(db: Db, id: string, nowMs: number): Promise<void> {
  await db
    .updateTable('task')
    .set({ is_planned: 1, updated_ms: nowMs })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'processing'])
    .execute()
}

/** What became of a slice or of a file: it is done, has failed, or was no longer there. */
export type Outcome = 'done' | 'failed' | 'gone'

/**
 * Counts slice or document items that have ended, one unless said otherwise; those that are done are counted for whoever
 * created the task too. True when no other is open.
 */
export async function countSettled(
  db: Db,
  id: string,
  {
    outcome,
    count = 1,
    tokens = 0,
    nowMs,
  }: { outcome: Outcome; count?: number; /** Of text that was embedded. */ tokens?: number; nowMs: number },
): Promise<boolean> {
  const row = await db
    .updateTable('task')
    .set((row) => ({
      open_count: row('open_count', '-', count),
      done_count: row('done_count', '+', outcome === 'done' ? count : 0),
      failed_count: row('failed_count', '+', outcome === 'failed' ? count : 0),
      gone_count: row('gone_count', '+', outcome === 'gone' ? count : 0),
      updated_ms: nowMs,
    }))
    .where('id', '=', id)
    .returning(['open_count', 'account_id as accountId', 'key_id as keyId'])
    .executeTakeFirst()
  if (row && outcome === 'done')
    await addDailyUse(db, { ...row, keyId: row.keyId ?? '' }, { items: count, tokens }, nowMs)
  return row?.open_count === 0
}

/** A task that only waits for the item that ends it. */
export interface DoneTask {
  id: string
  accountId: string
  kind: TaskRow['kind']
}

/** The task, when its plan is written, nothing is open, and it has not ended. */
export const doneTask = (db: Db, id: string): Promise<DoneTask | undefined> =>
  doneTasks(db).where('id', '=', id).executeTakeFirst()

/** Tasks that have nothing open, no item that will end them, and have not ended. There should be none. */
export const unfinishedTasks = (db: Db): Promise<DoneTask[]> =>
  doneTasks(db)
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom('item')
            .select('item.id')
            .whereRef('item.task_id', '=', 'task.id')
            .where('item.key', '=', 'finish'),
        ),
      ),
    )
    .limit(500)
    .execute()

const doneTasks = (db: Db) =>
  db
    .selectFrom('task')
    .select(['id', 'account_id as accountId', 'kind'])
    .where(sql<boolean>`state in ('queued', 'processing')`)
    .where('open_count', '=', 0)
    .where('is_planned', '=', 1)

/**
 * Ends a task, which may still add vectors. It lets go of an input that is an asset's: the caller drops that reference.
 * False, and nothing is changed, when the task cannot move to `state` any more.
 */
export async function endTask(
  db: Db,
  id: string,
  { state, failure }: { state: Exclude<TaskState, 'queued' | 'processing'>; failure?: Failure },
  { addedEmbeddings = 0, nowMs }: { addedEmbeddings?: number; nowMs: number },
): Promise<boolean> {
  const ended = await db
    .updateTable('task')
    .set((row) => ({
      state,
      ...failureColumns(failure),
      embedding_count: row('embedding_count', '+', addedEmbeddings),
      holds_object: row.case().when('asset_id', 'is', null).then(row.ref('holds_object')).else(0).end(),
      updated_ms: nowMs,
      finished_ms: nowMs,
    }))
    .where('id', '=', id)
    .where(
      'state',
      'in',
      TASK_STATES.filter((from) => canMoveTask(from, state)),
    )
    .returning(MOVE_COLUMNS)
    .executeTakeFirst()
  if (!ended) return false
  const accountId = ended.account_id
  await addTaskEvent(db, { accountId, taskId: id, kind: 'ended', details: { state, ...failure }, nowMs })
  addMove(db, taskMove(ended, nowMs))
  return true
}

/** True when the task has ended, or is not there. */
export async function hasEnded(db: Db, id: string): Promise<boolean> {
  const row = await db.selectFrom('task').select('state').where('id', '=', id).executeTakeFirst()
  return row === undefined || isFinal(row.state)
}

// Stands in the text, so that the partial index is used.
const IS_UNSETTLED = sql<boolean>`state in ('failed', 'cancelled') and open_count > 0`

/** Tasks that have ended while items of theirs were open, and of which nobody has seen to those yet. */
export async function unsettledTasks(db: Db, limit: number): Promise<string[]> {
  const rows = await db.selectFrom('task').select('id').where(IS_UNSETTLED).limit(limit).execute()
  return rows.map(({ id }) => id)
}

/** No item of the task, which has ended, is open any more. */
export async function setSettled(db: Db, id: string): Promise<void> {
  await db.updateTable('task').set({ open_count: 0 }).where('id', '=', id).where(IS_UNSETTLED).execute()
}

/**
 * Takes an ended task up again, for as long as it is kept at least until `expiresMs`. Its plan counts as not written
 * until `setPlanned`. False when it has not ended well or is not settled: then nothing is changed.
 */
export async function reopenTask(
  db: Db,
  id: string,
  { expiresMs, nowMs }: { expiresMs: number; nowMs: number },
): Promise<boolean> {
  const reopened = await db
    .updateTable('task')
    .set((row) => ({
      state: 'processing',
      ...failureColumns(undefined),
      is_planned: 0,
      updated_ms: nowMs,
      finished_ms: null,
      expires_ms: row
        .case()
        .when('expires_ms', '<', expiresMs)
        .then(expiresMs)
        .else(row.ref('expires_ms'))
        .end(),
    }))
    .where('id', '=', id)
    .where(
      'state',
      'in',
      TASK_STATES.filter((from) => isFinal(from) && canMoveTask(from, 'processing')),
    )
    .where('open_count', '=', 0)
    .where('removed_ms', 'is', null)
    .returning(MOVE_COLUMNS)
    .executeTakeFirst()
  if (!reopened) return false
  const accountId = reopened.account_id
  await addTaskEvent(db, { accountId, taskId: id, kind: 'retried', details: {}, nowMs })
  addMove(db, taskMove(reopened, nowMs))
  return true
}

/** Counts slice or document items that are open again; `failed` of them had failed. */
export async function countReopened(
  db: Db,
  id: string,
  { count, failed, nowMs }: { count: number; failed: number; nowMs: number },
): Promise<void> {
  await db
    .updateTable('task')
    .set((row) => ({
      open_count: row('open_count', '+', count),
      failed_count: row('failed_count', '-', failed),
      updated_ms: nowMs,
    }))
    .where('id', '=', id)
    .execute()
}
