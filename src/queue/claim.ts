import { sql, type Selectable } from 'kysely'
import { addMove } from '../domain/moves.ts'
import type { Db, ItemKind, ItemRow } from '../domain/tables.ts'
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

/**
 * Hands due items to one worker for as long as its lease lasts, by lane and then by turn. Two workers never get the
 * same item. Each claim is a new attempt, whatever came before, so that the holder of an earlier one can't write.
 */
export async function claim(db: Db, order: ClaimOrder): Promise<ClaimedItem[]> {
  const claimed: ClaimedItem[] = []
  for (const lane of order.lanes) {
    if (claimed.length >= order.limit) break
    claimed.push(...(await claimFrom(db, lane, { ...order, limit: order.limit - claimed.length })))
  }
  return claimed
}

// The states and flags stand in the text, so that the partial indexes are used.
async function claimFrom(db: Db, lane: number, order: ClaimOrder): Promise<ClaimedItem[]> {
  const { worker, kinds, limit, nowMs, leaseUntilMs } = order
  const { rows } = await sql<Selectable<ItemRow>>`
    update item
       set state = 'running', attempt = attempt + 1, worker = ${worker}, lease_until_ms = ${leaseUntilMs},
           started_ms = coalesce(started_ms, ${nowMs})
     where id in (
       select id from item
        where state = 'queued' and is_alone = ${sql.lit(order.alone ? 1 : 0)} and lane = ${lane}
          and due_ms <= ${nowMs} and kind in (${sql.join(kinds)})
        order by lane, turn, id
        limit ${limit})
    returning *`.execute(db)
  const inOrder = rows.toSorted((one, other) => one.turn - other.turn || one.id - other.id)
  const last = inOrder.at(-1)
  if (last) await advanceTurn(db, lane, last.turn)
  for (const row of inOrder) addMove(db, itemMove(row, { state: 'running', nowMs }))
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
