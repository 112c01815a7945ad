import type { Db } from '../domain/tables.ts'
import { updateHeld } from './held.ts'
import type { Hold } from './item.ts'

/** Keeps how far the item got, for the attempt that goes on from there. False when the caller lost the item. */
export async function saveProgress(db: Db, hold: Hold, progress: unknown): Promise<boolean> {
  const { numUpdatedRows } = await updateHeld(db, hold)
    .set({ progress_json: JSON.stringify(progress) })
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** How far an item got, whoever holds it; undefined when nothing was kept. */
export async function readProgress(db: Db, id: number): Promise<unknown> {
  const row = await db.selectFrom('item').select('progress_json').where('id', '=', id).executeTakeFirst()
  const text = row?.progress_json ?? undefined
  return text === undefined ? undefined : (JSON.parse(text) as unknown)
}
