import { sql } from 'kysely'
import type { Db } from '../domain/tables.ts'
import { nextTurns } from './turns.ts'

/**
 * Lets items go on that a pause holds back, at most `limit`, in their order, behind all that their accounts have queued
 * meanwhile: who was away gets no credit for it. Returns how many.
 */
export async function resumeItems(db: Db, pauseId: number, limit: number): Promise<number> {
  const items = await db
    .selectFrom('item')
    .select(['id', 'account_id', 'lane'])
    .where('pause_id', '=', pauseId)
    .orderBy('account_id')
    .orderBy('lane')
    .orderBy('turn')
    .orderBy('id')
    .limit(limit)
    .execute()
  const turns = await nextTurns(db, items)
  for (const { id } of items)
    await db
      .updateTable('item')
      .set({ pause_id: 0, turn: turns.get(id) ?? 0 })
      .where('id', '=', id)
      .execute()
  return items.length
}

/** The pauses that hold items back, over or not. */
export async function holdingPauses(db: Db): Promise<number[]> {
  const ids: number[] = []
  for (let after = 0; ;) {
    // From one to the next in the index, however many items each holds.
    const { rows } = await sql<{ id: number | null }>`
      select min(pause_id) as id from item where pause_id > 0 and pause_id > ${after}`.execute(db)
    const id = rows[0]?.id ?? null
    if (id === null) return ids
    ids.push(id)
    after = id
  }
}
