import { sql, type Selectable } from 'kysely'
import { addMove } from '../domain/moves.ts'
import type { Db, ItemKind, ItemRow } from '../domain/tables.ts'
import { dueItems, holdBack } from './holdBack.ts'
import { itemOf, type Hold, type Item } from './item.ts'
import { itemMove } from './itemMove.ts'
import { advanceTurn } from './turns.ts'

export interface ClaimedItem extends Item, Hold {
  /** As it was saved last, in this attempt or one before. */
  progress?: unknown
  /** It must run with nothing beside it. */
  isAlone: boolean
  leaseUntilMs: number
}

export interface ClaimOrder {
  worker: string
  /** The lanes to take from, the first one first. */
  lanes: readonly number[]
  kinds: readonly ItemKind[]
  /** At most so many. */
  limit: number
  /** True: only an item that must run alone, which the caller can do now. False: only others. */
  alone: boolean
  nowMs: number
  leaseUntilMs: number
}

export interface Claimed {
  items: ClaimedItem[]
  /** How many due items were held back on the way: there may be more to claim behind others of them. */
  heldBack: number
}

/**
 * Hands due items to one worker for as long as its lease lasts, by lane and then by turn. Two workers never get the
 * same item. Each claim is a new attempt, whatever came before, so that the holder of an earlier one can't write. What
 * belongs to a task that has ended or is paused is held back instead.
 */
export async function claim(db: Db, order: ClaimOrder): Promise<Claimed> {
  const claimed: Claimed = { items: [], heldBack: 0 }
  for (const lane of order.lanes) {
    const limit = order.limit - claimed.items.length
    if (limit <= 0 || claimed.heldBack >= HELD_BACK_AT_ONCE) break
    const { items, heldBack } = await claimFrom(db, lane, { ...order, limit })
    claimed.items.push(...items)
    claimed.heldBack += heldBack
  }
  return claimed
}

/** Some milliseconds of work: then others may write. */
const HELD_BACK_AT_ONCE = 250

async function claimFrom(db: Db, lane: number, order: ClaimOrder): Promise<Claimed> {
  const { kinds, limit, nowMs, alone } = order
  const which = sql`lane = ${lane} and kind in (${sql.join(kinds)})`
  let heldBack = 0
  for (let most = limit; ; most = Math.max(limit, HELD_BACK_AT_ONCE)) {
    const { free, stopped } = await dueItems(db, which, { alone, nowMs, limit: most, isClaim: true })
    await holdBack(db, stopped, nowMs)
    heldBack += stopped.length
    if (stopped.length === 0 || free.length >= limit || heldBack >= HELD_BACK_AT_ONCE)
      return { items: await start(db, lane, free.slice(0, limit), order), heldBack }
  }
}

async function start(
  db: Db,
  lane: number,
  ids: readonly number[],
  order: ClaimOrder,
): Promise<ClaimedItem[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<Selectable<ItemRow>>`
    update item
       set state = 'running', attempt = attempt + 1, worker = ${order.worker},
           lease_until_ms = ${order.leaseUntilMs}, started_ms = coalesce(started_ms, ${order.nowMs})
     where id in (${sql.join(ids)})
    returning *`.execute(db)
  const inOrder = rows.toSorted((one, other) => one.turn - other.turn || one.id - other.id)
  const last = inOrder.at(-1)
  if (last) await advanceTurn(db, lane, last.turn)
  for (const row of inOrder) addMove(db, itemMove(row, { state: 'running', nowMs: order.nowMs }))
  return inOrder.map((row) => claimedOf(row, order))
}

const claimedOf = (row: Selectable<ItemRow>, { worker, leaseUntilMs }: ClaimOrder): ClaimedItem => ({
  ...itemOf(row),
  attempt: row.attempt,
  worker,
  leaseUntilMs,
  ...(row.progress_json !== null && { progress: JSON.parse(row.progress_json) as unknown }),
  isAlone: row.is_alone === 1,
})
