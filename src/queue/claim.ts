import { sql, type Selectable } from 'kysely'
import { addMove } from '../domain/moves.ts'
import type { Db, ItemKind, ItemRow } from '../domain/tables.ts'
import { dueItems, holdBack, type DueItem } from './holdBack.ts'
import { inputsElsewhere } from './inputs.ts'
import { ITEM_COLUMNS, itemOf, type Hold, type Item } from './item.ts'
import { itemMove } from './itemMove.ts'
import { advanceTurn } from './turns.ts'

export interface ClaimedItem extends Item, Hold {
  /** As it was saved last, in this attempt or one before. */
  progress?: unknown
  /** It must run with nothing beside it. */
  isAlone: boolean
  leaseUntilMs: number
}

export interface ClaimOrder extends Abilities {
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

/** What a worker can do better than others, or at all. */
export interface Abilities {
  /** Models that it can use, as `nameOfModel` writes them: what needs another one is left to others. Absent: all. */
  models?: readonly string[]
  /** Hashes of inputs that it has; others it would have to fetch. Absent: it has all. */
  inputsHere?: readonly string[]
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
 *
 * Of the items near the front those come first whose input the worker has, and some whose input others have are left to
 * them for a while.
 */
export async function claim(db: Db, order: ClaimOrder): Promise<Claimed> {
  const claimed: Claimed = { items: [], heldBack: 0 }
  const add = ({ items, heldBack }: Claimed) => {
    claimed.items.push(...items)
    claimed.heldBack += heldBack
  }
  const rest = () => ({ ...order, limit: order.limit - claimed.items.length })
  const isEnough = () => claimed.items.length >= order.limit || claimed.heldBack >= HELD_BACK_AT_ONCE
  for (const lane of order.lanes) {
    if (isEnough()) break
    if (order.inputsHere && order.inputsHere.length > 0 && !order.alone)
      add(await claimNear(db, lane, rest(), order.inputsHere))
    if (!isEnough()) add(await claimFrom(db, lane, rest()))
  }
  return claimed
}

/** Some milliseconds of work: then others may write. */
const HELD_BACK_AT_ONCE = 250

/** So far behind the front an item may overtake because its input is here: nobody waits for more turns than these. */
const NEAR_TURNS = 16

/** So many inputs are passed over that others have; behind them is looked the next time. */
const PASSED_OVER = 8

/** What fits the worker. It stands in the index of claims, so that no row of other items is read. */
export const fitting = (lanes: readonly number[], { kinds, models }: Pick<ClaimOrder, 'kinds' | 'models'>) =>
  models
    ? sql`item.lane in (${sql.join(lanes)}) and item.kind in (${sql.join(kinds)}) and item.model in (${sql.join(['', ...models])})`
    : sql`item.lane in (${sql.join(lanes)}) and item.kind in (${sql.join(kinds)})`

async function claimNear(
  db: Db,
  lane: number,
  order: ClaimOrder,
  inputs: readonly string[],
): Promise<Claimed> {
  const { nowMs, limit } = order
  const which = fitting([lane], order)
  const { rows } = await sql<{ turn: number }>`
    select turn from item
     where state = 'queued' and is_alone = 0 and pause_id = 0 and due_ms <= ${nowMs} and ${which}
     order by lane, turn, id limit 1`.execute(db)
  const front = rows[0]?.turn
  if (front === undefined) return { items: [], heldBack: 0 }
  const near = sql`${which} and input_hash in (${sql.join(inputs)}) and turn <= ${front + NEAR_TURNS}`
  const { free, stopped } = await dueItems(db, near, { alone: false, nowMs, limit, isClaim: true })
  await holdBack(db, stopped, nowMs)
  return { items: await start(db, lane, free, { ...order, mostTurn: front }), heldBack: stopped.length }
}

async function claimFrom(db: Db, lane: number, order: ClaimOrder): Promise<Claimed> {
  const { nowMs, alone } = order
  const claimed: Claimed = { items: [], heldBack: 0 }
  const passed = new Set<string>()
  for (let most = order.limit; ; most = Math.max(order.limit, HELD_BACK_AT_ONCE)) {
    const limit = order.limit - claimed.items.length
    const which =
      passed.size === 0 ? fitting([lane], order) : sql`${fitting([lane], order)} and ${isNoneOf(passed)}`
    const { free, stopped } = await dueItems(db, which, { alone, nowMs, limit: most, isClaim: true })
    await holdBack(db, stopped, nowMs)
    claimed.heldBack += stopped.length
    const left = alone ? new Set<string>() : await leftToOthers(db, free, order)
    const own = free.filter(({ input }) => !input || !left.has(input.hash))
    claimed.items.push(...(await start(db, lane, own.slice(0, limit), order)))
    for (const hash of left) passed.add(hash)
    const mayBeMore = stopped.length > 0 || (left.size > 0 && passed.size < PASSED_OVER)
    if (!mayBeMore || own.length >= limit || claimed.heldBack >= HELD_BACK_AT_ONCE) return claimed
  }
}

const isNoneOf = (hashes: ReadonlySet<string>) =>
  sql`(input_hash is null or input_hash not in (${sql.join([...hashes])}))`

async function leftToOthers(db: Db, items: readonly DueItem[], order: ClaimOrder): Promise<Set<string>> {
  const { inputsHere } = order
  if (!inputsHere) return new Set()
  const away = items.flatMap(({ input }) => (input && !inputsHere.includes(input.hash) ? [input] : []))
  return inputsElsewhere(db, away, order)
}

async function start(
  db: Db,
  lane: number,
  due: readonly DueItem[],
  order: ClaimOrder & { /** What overtakes does not take the lane with it. */ mostTurn?: number },
): Promise<ClaimedItem[]> {
  if (due.length === 0) return []
  const { rows } = await sql<ClaimedRow>`
    update item
       set ${running(order)}
     where id in (${sql.join(due.map(({ id }) => id))})
    returning ${CLAIMED}`.execute(db)
  const inOrder = rows.toSorted((one, other) => one.turn - other.turn || one.id - other.id)
  const last = inOrder.at(-1)
  if (last) await advanceTurn(db, lane, Math.min(last.turn, order.mostTurn ?? last.turn))
  for (const row of inOrder) addMove(db, itemMove(row, { state: 'running', nowMs: order.nowMs }))
  return inOrder.map((row) => claimedOf(row, order))
}

/** What is set of an item when it is claimed. */
export const running = ({
  worker,
  leaseUntilMs,
  nowMs,
}: Pick<ClaimOrder, 'worker' | 'leaseUntilMs' | 'nowMs'>) =>
  sql`state = 'running', attempt = attempt + 1, worker = ${worker},
           lease_until_ms = ${leaseUntilMs}, started_ms = coalesce(started_ms, ${nowMs})`

const CLAIMED_COLUMNS = [
  ...ITEM_COLUMNS,
  'lane',
  'turn',
  'attempt',
  'progress_json',
  'is_alone',
  'started_ms',
] as const

/** What is read of an item when it is claimed. */
export const CLAIMED = sql.raw(CLAIMED_COLUMNS.map((column) => `item.${column}`).join(', '))

export type ClaimedRow = Pick<Selectable<ItemRow>, (typeof CLAIMED_COLUMNS)[number]>

/** The item of a row that was claimed just now. */
export const claimedOf = (
  row: ClaimedRow,
  { worker, leaseUntilMs }: Pick<ClaimOrder, 'worker' | 'leaseUntilMs'>,
): ClaimedItem => ({
  ...itemOf(row),
  attempt: row.attempt,
  worker,
  leaseUntilMs,
  ...(row.progress_json !== null && { progress: JSON.parse(row.progress_json) as unknown }),
  isAlone: row.is_alone === 1,
})
