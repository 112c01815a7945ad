import { addMove } from '../domain/moves.ts'
import type { Db } from '../domain/tables.ts'
import { NOT_HELD, updateHeld } from './held.ts'
import type { Hold } from './item.ts'
import { itemMove, MOVE_COLUMNS } from './itemMove.ts'
import { sweep, type Swept } from './sweep.ts'

interface Now {
  nowMs: number
}

/** Gives an item back because its worker stops: due at once, nothing is counted. False when the caller lost it. */
export const release = (db: Db, hold: Hold, { nowMs }: Now): Promise<boolean> =>
  giveBack(db, hold, { nowMs, alone: false })

/** Gives an item back that may or may not be what killed its child: it runs next with nothing beside it. */
export const releaseAlone = (db: Db, hold: Hold, { nowMs }: Now): Promise<boolean> =>
  giveBack(db, hold, { nowMs, alone: true })

async function giveBack(db: Db, hold: Hold, { nowMs, alone }: Now & { alone: boolean }): Promise<boolean> {
  const released = await updateHeld(db, hold)
    .set({ state: 'queued', ...NOT_HELD, due_ms: nowMs, ...(alone && { is_alone: 1 }) })
    .returning(MOVE_COLUMNS)
    .executeTakeFirst()
  if (!released) return false
  addMove(db, itemMove(released, { state: 'queued', why: 'returned', nowMs }))
  return true
}

/**
 * Ends all leases at once and takes the items back as `sweep` does. For a server that starts on a folder nobody else
 * can hold: whoever held an item is dead.
 */
export async function releaseAll(db: Db, nowMs: number): Promise<Swept> {
  await db.updateTable('item').set({ lease_until_ms: nowMs }).where('state', '=', 'running').execute()
  return sweep(db, nowMs)
}
