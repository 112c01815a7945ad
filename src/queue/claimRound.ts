import { sql } from 'kysely'
import type { Db, ItemKind } from '../domain/tables.ts'
import { claim, type ClaimOrder, type ClaimedItem } from './claim.ts'

/** Room for further items of some kinds. */
export interface Room {
  kinds: readonly ItemKind[]
  /** Where such items are queued, the first lane first: a lane full of other kinds is better not looked through. */
  lanes: readonly number[]
  /** How many items may start now. */
  free: number
}

export type RoundOrder = Pick<ClaimOrder, 'worker' | 'nowMs' | 'leaseUntilMs'>

/**
 * Fills the rooms as far as there is work. An item that must run alone is claimed when nothing is held, and nothing
 * beside it; while one is due nothing else is claimed, so that what is held runs out for it.
 */
export async function claimRound(
  db: Db,
  rooms: readonly Room[],
  held: readonly ClaimedItem[],
  order: RoundOrder,
): Promise<ClaimedItem[]> {
  if (held.some(({ isAlone }) => isAlone)) return []
  if (await isAloneDue(db, rooms, order.nowMs)) return held.length > 0 ? [] : claimAlone(db, rooms, order)
  const claimed: ClaimedItem[] = []
  for (const { kinds, lanes, free } of rooms)
    if (free > 0) claimed.push(...(await claim(db, { ...order, kinds, lanes, limit: free, alone: false })))
  return claimed
}

async function claimAlone(db: Db, rooms: readonly Room[], order: RoundOrder): Promise<ClaimedItem[]> {
  for (const { kinds, lanes } of rooms) {
    const claimed = await claim(db, { ...order, kinds, lanes, limit: 1, alone: true })
    if (claimed.length > 0) return claimed
  }
  return []
}

async function isAloneDue(db: Db, rooms: readonly Room[], nowMs: number): Promise<boolean> {
  const fits = rooms.map(
    ({ kinds, lanes }) => sql`(kind in (${sql.join(kinds)}) and lane in (${sql.join(lanes)}))`,
  )
  const { rows } = await sql`
    select 1 from item
     where state = 'queued' and is_alone = 1 and pause_id is null and due_ms <= ${nowMs} and (${sql.join(fits, sql` or `)})
     limit 1`.execute(db)
  return rows.length > 0
}
