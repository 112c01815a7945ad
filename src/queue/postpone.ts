import type { Db } from '../domain/tables.ts'
import { NOT_HELD, updateHeld } from './held.ts'
import type { Hold } from './item.ts'

/** Gives an item back because it waits for something; nothing went wrong. False when the caller lost it. */
export async function postpone(db: Db, hold: Hold, { dueMs }: { dueMs: number }): Promise<boolean> {
  const { numUpdatedRows } = await updateHeld(db, hold)
    .set({ state: 'queued', ...NOT_HELD, due_ms: dueMs })
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
