import { failureColumns } from '../domain/failure.ts'
import type { Db } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import { NOT_HELD, updateHeld } from './held.ts'
import type { Hold } from './item.ts'

export interface Settlement {
  state: 'done' | 'failed' | 'skipped'
  failure?: Failure
  nowMs: number
}

/**
 * Ends an item for good. False, and nothing is changed, when the caller does not hold it any more: what else the
 * caller writes about it in this transaction must then be left out.
 */
export async function settle(db: Db, hold: Hold, { state, failure, nowMs }: Settlement): Promise<boolean> {
  const { numUpdatedRows } = await updateHeld(db, hold)
    .set({
      state,
      ...NOT_HELD,
      ...failureColumns(failure),
      finished_ms: nowMs,
    })
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
