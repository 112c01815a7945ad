import { sql } from 'kysely'
import { failureColumns } from '../domain/failure.ts'
import { TASK_STATES, canMoveTask, type TaskState } from '../domain/states.ts'
import type { Db, TaskRow } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import { addDailyUse } from './dailyUsage.ts'
import { addTaskEvent } from './taskEvents.ts'

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
    .returning('account_id as accountId')
    .executeTakeFirst()
  if (begun) await addTaskEvent(db, { ...begun, taskId: id, kind: 'processing', details: {}, nowMs })
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
    .returning('account_id as accountId')
    .executeTakeFirst()
  if (!ended) return false
  await addTaskEvent(db, { ...ended, taskId: id, kind: 'ended', details: { state, ...failure }, nowMs })
  return true
}
