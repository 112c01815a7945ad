import { failureColumns } from '../domain/failure.ts'
import { addMove } from '../domain/moves.ts'
import type { Db } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import { NOT_HELD, updateHeld } from './held.ts'
import type { Hold } from './item.ts'
import { itemMove, MOVE_COLUMNS } from './itemMove.ts'

/** An item may go wrong so often before it fails. */
export const MAX_FAILURES = 3

const FIRST_BACKOFF_MS = 2_000
const BACKOFF_FACTOR = 4

/** Others may say when they want to be asked again, but not that a task hangs for a day. */
const LONGEST_WISH_MS = 15 * 60_000

export interface RetryOrder {
  failure: Failure
  nowMs: number
  /** It is not tried again before so long, at most a quarter of an hour. */
  leastMs?: number | undefined
  /** A number from 0 up to 1. */
  random: () => number
}

/**
 * Counts an attempt in which the item itself went wrong, and puts it back for later; the code of the failure stays
 * with it. `exhausted`: it went wrong too often, the caller still holds it and fails it. `lost`: nothing is changed.
 */
export async function retry(
  db: Db,
  hold: Hold,
  { failure, nowMs, leastMs = 0, random }: RetryOrder,
): Promise<'queued' | 'exhausted' | 'lost'> {
  const counted = await updateHeld(db, hold)
    .set((row) => ({
      failures: row('failures', '+', 1),
      ...failureColumns(failure),
    }))
    .returning(['failures', ...MOVE_COLUMNS])
    .executeTakeFirst()
  if (!counted) return 'lost'
  if (counted.failures >= MAX_FAILURES) return 'exhausted'
  const waitMs = Math.max(backoffMs(counted.failures, random()), Math.min(leastMs, LONGEST_WISH_MS))
  await updateHeld(db, hold)
    .set({ state: 'queued', ...NOT_HELD, due_ms: nowMs + waitMs })
    .execute()
  addMove(db, itemMove(counted, { state: 'queued', why: 'failed', failure, nowMs }))
  return 'queued'
}

/** 2 s after the first failure, four times as long after each further one, half less to half more by chance. */
export const backoffMs = (failures: number, chance: number): number =>
  Math.round(FIRST_BACKOFF_MS * BACKOFF_FACTOR ** (failures - 1) * (0.5 + chance))
