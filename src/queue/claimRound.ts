import { sql } from 'kysely'
import type { Db, ItemKind } from '../domain/tables.ts'
import { claim, fitting, type Abilities, type Claimed, type ClaimOrder, type ClaimedItem } from './claim.ts'
import { dueItems, holdBack } from './holdBack.ts'

/** Room for further items of some kinds. */
export interface Room {
  kinds: readonly ItemKind[]
  /** Where such items are queued, the first lane first: a lane full of other kinds is better not looked through. */
  lanes: readonly number[]
  /** How many items may start now. */
  free: number
  /** True: they may read large files, and it matters which of them are here. */
  readsInputs?: boolean
}

export interface Round extends Pick<ClaimOrder, 'worker' | 'nowMs' | 'leaseUntilMs' | keyof Abilities> {
  rooms: readonly Room[]
  /** What its worker holds. */
  held: readonly ClaimedItem[]
}

type RoundOrder = Omit<Round, 'rooms' | 'held'>

/**
 * Fills the rooms as far as there is work. An item that must run alone is claimed when nothing is held, and nothing
 * beside it; while one is due nothing else is claimed, so that what is held runs out for it.
 */
export async function claimRound(db: Db, { rooms, held, inputsHere, ...order }: Round): Promise<Claimed> {
  if (held.some(({ isAlone }) => isAlone)) return NOTHING
  if (await isAloneDue(db, rooms, order)) return held.length > 0 ? NOTHING : claimAlone(db, rooms, order)
  const claimed: Claimed = { items: [], heldBack: 0 }
  for (const { kinds, lanes, free, readsInputs } of rooms) {
    if (free <= 0) continue
    const { items, heldBack } = await claim(db, {
      ...order,
      ...(readsInputs && inputsHere && { inputsHere }),
      kinds,
      lanes,
      limit: free,
      alone: false,
    })
    claimed.items.push(...items)
    claimed.heldBack += heldBack
  }
  return claimed
}

/** What fits one of the rooms. */
export function fittingAny(rooms: readonly Room[], order: Pick<ClaimOrder, 'models'>) {
  const fits = rooms.map(({ kinds, lanes }) => sql`(${fitting(lanes, { ...order, kinds })})`)
  return sql`(${sql.join(fits, sql` or `)})`
}

const NOTHING: Claimed = { items: [], heldBack: 0 }

async function claimAlone(db: Db, rooms: readonly Room[], order: RoundOrder): Promise<Claimed> {
  for (const { kinds, lanes } of rooms) {
    const claimed = await claim(db, { ...order, kinds, lanes, limit: 1, alone: true })
    if (claimed.items.length > 0) return claimed
  }
  return NOTHING
}

async function isAloneDue(db: Db, rooms: readonly Room[], order: RoundOrder): Promise<boolean> {
  const { nowMs } = order
  const { free, stopped } = await dueItems(db, fittingAny(rooms, order), {
    alone: true,
    nowMs,
    limit: ALONE_AT_ONCE,
    isClaim: false,
  })
  await holdBack(db, stopped, nowMs)
  return free.length > 0
}

const ALONE_AT_ONCE = 50
