import { sql } from 'kysely'
import { failureColumns, failureOf } from '../domain/failure.ts'
import { addMove } from '../domain/moves.ts'
import type { Db, ItemKind } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import { NOT_HELD } from './held.ts'
import { ITEM_COLUMNS, itemOf, type Item } from './item.ts'
import { itemMove, MOVE_COLUMNS } from './itemMove.ts'
import { nextTurns } from './turns.ts'

/** An item that is to be tried again, and why it had ended. */
export interface RequeuedItem extends Item {
  failure?: Failure
  /** As it was saved last. */
  progress?: unknown
}

export interface RequeueOrder {
  /** Which items: one of the two states that are no success. */
  state: 'failed' | 'cancelled'
  /** Only items with greater ids. */
  after: number
  limit: number
  nowMs: number
}

/** What ends a task and what takes it up again is written anew each time. */
const ENDS: readonly ItemKind[] = ['finish', 'conclude', 'retry']

/**
 * Puts items of a task back that ended without success, in the order of their ids, at most `limit`. They begin anew but
 * for their progress and for their attempts, which go on, so that nobody who held them once can write; they queue up
 * behind all that their account has queued.
 */
export async function requeue(
  db: Db,
  taskId: string,
  { state, after, limit, nowMs }: RequeueOrder,
): Promise<RequeuedItem[]> {
  const rows = await db
    .selectFrom('item')
    .select([...ITEM_COLUMNS, ...MOVE_COLUMNS, 'lane', 'progress_json', 'error_code', 'error_message'])
    .where('task_id', '=', taskId)
    // Stands in the text, so that the partial index is used.
    .where(sql<boolean>`state = ${sql.lit(state)}`)
    .where('kind', 'not in', ENDS)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
  const turns = await nextTurns(db, rows)
  for (const { id } of rows)
    await db
      .updateTable('item')
      .set({
        state: 'queued',
        ...NOT_HELD,
        ...failureColumns(undefined),
        turn: turns.get(id) ?? 0,
        failures: 0,
        interruptions: 0,
        is_alone: 0,
        due_ms: nowMs,
        started_ms: null,
        finished_ms: null,
      })
      .where('id', '=', id)
      .execute()
  for (const row of rows) addMove(db, itemMove(row, { state: 'queued', why: 'retried', nowMs }))
  return rows.map((row) => {
    const failure = failureOf(row)
    const progress = row.progress_json === null ? undefined : (JSON.parse(row.progress_json) as unknown)
    return { ...itemOf(row), ...(failure && { failure }), progress }
  })
}

/** True when something of the task failed or was cancelled, its end as well. */
export async function hasUnsuccessful(db: Db, taskId: string): Promise<boolean> {
  for (const state of ['failed', 'cancelled'] as const) {
    const row = await db
      .selectFrom('item')
      .select('id')
      .where('task_id', '=', taskId)
      .where(sql<boolean>`state = ${sql.lit(state)}`)
      .limit(1)
      .executeTakeFirst()
    if (row) return true
  }
  return false
}
