import { failureColumns } from '../domain/failure.ts'
import type { Db } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import { NOT_HELD, updateHeld } from './held.ts'
import type { Hold } from './item.ts'

/** An item may go wrong so often before it fails. */
export const MAX_FAILURES = 3

const FIRST_BACKOFF_MS = 2_000
const BACKOFF_FACTOR = 4

export interface RetryOrder {
  failure: Failure
  nowMs: number
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
  { failure, nowMs, random }: RetryOrder,
): Promise<'queued' | 'exhausted' | 'lost'> {
  const counted = await updateHeld(db, hold)
    .set((row) => ({
      failures: row('failures', '+', 1),
      ...failureColumns(failure),
    }))
    .returning('failures')
    .executeTakeFirst()
  if (!counted) return 'lost'
  if (counted.failures >= MAX_FAILURES) return 'exhausted'
  await updateHeld(db, hold)
    .set({ state: 'queued', ...NOT_HELD, due_ms: nowMs + backoffMs(counted.failures, random()) })
    .execute()
  return 'queued'
}

/** 2 s after the first failure, four times as long after each further one, half less to half more by chance. */
export const backoffMs = (failures: number, chance: number): number =>
  Math.round(FIRST_BACKOFF_MS * BACKOFF_FACTOR ** (failures - 1) * (0.5 + chance))
