import type { Db } from '../domain/tables.ts'
import { NOT_HELD, updateHeld } from './held.ts'
import type { Hold } from './item.ts'
import { sweep, type Swept } from './sweep.ts'

interface Now {
  nowMs: number
}

/** Gives an item back because its worker stops: due at once, nothing is counted. False when the caller lost it. */
export async function release(db: Db, hold: Hold, { nowMs }: Now): Promise<boolean> {
  const { numUpdatedRows } = await updateHeld(db, hold)
    .set({ state: 'queued', ...NOT_HELD, due_ms: nowMs })
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Gives an item back that may or may not be what killed its child: it runs next with nothing beside it. */
export async function releaseAlone(db: Db, hold: Hold, { nowMs }: Now): Promise<boolean> {
  const { numUpdatedRows } = await updateHeld(db, hold)
    .set({ state: 'queued', ...NOT_HELD, due_ms: nowMs, is_alone: 1 })
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/**
 * Ends all leases at once and takes the items back as `sweep` does. For a server that starts on a folder nobody else
 * can hold: whoever held an item is dead.
 */
export async function releaseAll(db: Db, nowMs: number): Promise<Swept> {
  await db.updateTable('item').set({ lease_until_ms: nowMs }).where('state', '=', 'running').execute()
  return sweep(db, nowMs)
}
