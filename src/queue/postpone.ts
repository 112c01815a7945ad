import { failureColumns } from '../domain/failure.ts'
import { addMove } from '../domain/moves.ts'
import type { Db } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import { NOT_HELD, updateHeld } from './held.ts'
import type { Hold } from './item.ts'
import { itemMove, MOVE_COLUMNS } from './itemMove.ts'

export interface Postponement {
  dueMs: number
  nowMs: number
  /** What it waits for, kept with it for whoever looks; it is not counted. */
  failure?: Failure
}

/** Gives an item back because it waits for something; nothing went wrong. False when the caller lost it. */
export async function postpone(
  db: Db,
  hold: Hold,
  { dueMs, nowMs, failure }: Postponement,
): Promise<boolean> {
  const postponed = await updateHeld(db, hold)
    .set({ state: 'queued', ...NOT_HELD, due_ms: dueMs, ...(failure && failureColumns(failure)) })
    .returning(MOVE_COLUMNS)
    .executeTakeFirst()
  if (!postponed) return false
  addMove(db, itemMove(postponed, { state: 'queued', why: 'returned', nowMs, ...(failure && { failure }) }))
  return true
}
