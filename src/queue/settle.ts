import { sql, type Selectable } from 'kysely'
import { failureColumns } from '../domain/failure.ts'
import { addMove } from '../domain/moves.ts'
import type { Db, ItemRow } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import { whereHeld, LET_GO, updateHeld } from './held.ts'
import { inputColumns, type ItemInput } from './inputs.ts'
import type { Hold } from './item.ts'
import { itemMove, MOVE_COLUMNS } from './itemMove.ts'

export interface Settlement {
  state: 'done' | 'failed' | 'skipped'
  failure?: Failure
  nowMs: number
  /** The file that came of it, which is here now. */
  output?: ItemInput
}

/** Ends items as done, as `settle` does one. Returns the ids of those that were still held. */
export async function settleDone(db: Db, holds: readonly Hold[], nowMs: number): Promise<Set<number>> {
  const { rows } = await sql<Pick<Selectable<ItemRow>, (typeof MOVE_COLUMNS)[number]>>`
    update item
       set state = 'done', lease_until_ms = null, error_code = null, error_message = null,
           finished_ms = ${nowMs}
     ${whereHeld(db, holds)}
    returning item.id, item.kind, item.task_id, item.attempt, item.started_ms`.execute(db)
  for (const row of rows) addMove(db, itemMove(row, { state: 'done', nowMs }))
  return new Set(rows.map(({ id }) => id))
}

/**
 * Ends an item for good. False, and nothing is changed, when the caller does not hold it any more: what else the
 * caller writes about it in this transaction must then be left out.
 */
export async function settle(
  db: Db,
  hold: Hold,
  { state, failure, output, nowMs }: Settlement,
): Promise<boolean> {
  const settled = await updateHeld(db, hold)
    .set({
      state,
      ...LET_GO,
      ...failureColumns(failure),
      finished_ms: nowMs,
      ...(output && inputColumns(output)),
    })
    .returning(MOVE_COLUMNS)
    .executeTakeFirst()
  if (!settled) return false
  addMove(db, itemMove(settled, { state, nowMs, ...(failure && { failure }) }))
  return true
}
