import { sql, type RawBuilder } from 'kysely'
import { addMove } from '../domain/moves.ts'
import { isFinal, TASK_STATES } from '../domain/states.ts'
import type { Db } from '../domain/tables.ts'
import { CLAIMED_COLUMNS, claimedOf, fitting, type ClaimedItem, type ClaimedRow } from './claim.ts'
import { fittingAny, type Room, type RoundOrder } from './claimRound.ts'
import { isDue, PAUSE_OF_TASK } from './holdBack.ts'
import { itemMove } from './itemMove.ts'
import { turnsToTell } from './turns.ts'

export interface ClaimedAtOnce {
  items: ClaimedItem[]
  /** True: there may be more to claim, and only `claimRound` can tell. */
  isMore: boolean
  /** For `advanceTurns`. */
  turns: ReadonlyMap<number, number>
}

/**
 * Fills the rooms by one statement of PostgreSQL, whose way to the server and back costs more than what it does. It takes
 * what `claimRound` would take and is content where that has more to do: where an item must run alone, where one that is due
 * may not start, and where it matters whose inputs are where.
 */
export async function claimAtOnce(
  db: Db,
  rooms: readonly Room[],
  held: readonly ClaimedItem[],
  order: RoundOrder,
): Promise<ClaimedAtOnce> {
  const open = rooms.filter(({ free }) => free > 0)
  if (open.length === 0 || held.some(({ isAlone }) => isAlone))
    return { items: [], isMore: false, turns: new Map() }
  const { rows } = await sql<ClaimRow>`
    with alone as materialized (
      select 1 from item where ${isDue({ alone: true, nowMs: order.nowMs })} and ${fittingAny(rooms, order)} limit 1),
    ${sql.join(open.map((room, at) => dueIn(open, room, at, order)))},
    due as (${sql.join(
      open.map((_, at) => sql`select * from ${room(at)}`),
      sql` union all `,
    )}),
    taken as (
      update item
         set state = 'running', attempt = attempt + 1, worker = ${order.worker},
             lease_until_ms = ${order.leaseUntilMs}, started_ms = coalesce(started_ms, ${order.nowMs})
        from due
       where item.id = due.id and due.is_free
      returning ${RETURNED})
    select exists (select from alone) or exists (select from due where not is_free) as is_more, taken.*
      from (values (1)) as always left join taken on true`.execute(db.withoutPlugins())
  const isMore = rows.some(({ is_more: isMore }) => isMore)
  const taken = rows.filter(isTaken).toSorted(inOrder)
  for (const row of taken) addMove(db, itemMove(row, { state: 'running', nowMs: order.nowMs }))
  return { items: taken.map((row) => claimedOf(row, order)), isMore, turns: turnsToTell(taken) }
}

const inOrder = (one: ClaimedRow, other: ClaimedRow) =>
  one.lane - other.lane || one.turn - other.turn || one.id - other.id

/** At least one, empty where nothing was taken. */
type ClaimRow = { is_more: boolean } & (ClaimedRow | { id: null })

const isTaken = (row: ClaimRow): row is { is_more: boolean } & ClaimedRow => row.id !== null

const FINAL = sql.raw(
  TASK_STATES.filter(isFinal)
    .map((state) => `'${state}'`)
    .join(', '),
)

const RETURNED = sql.raw(CLAIMED_COLUMNS.map((column) => `item.${column}`).join(', '))

const room = (at: number) => sql.raw(`room_${at}`)

/** The next ones of a room, but for those of the rooms before, which would count for both. */
function dueIn(rooms: readonly Room[], own: Room, at: number, order: RoundOrder): RawBuilder<unknown> {
  const before = rooms.flatMap((other, index) =>
    index < at && isAnyOf(other.kinds, own.kinds) && isAnyOf(other.lanes, own.lanes)
      ? [sql` and item.id not in (select id from ${room(index)})`]
      : [],
  )
  const isCareful = own.readsInputs && order.inputsHere ? sql`item.input_hash is not null or ` : sql``
  return sql`${room(at)} as materialized (
    select item.id, not (${isCareful}coalesce(task.state in (${FINAL}), false) or ${PAUSE_OF_TASK} is not null) as is_free
      from item left join task on task.id = item.task_id
     where ${isDue({ alone: false, nowMs: order.nowMs })} and ${fitting(own.lanes, { ...order, kinds: own.kinds })}
       and not exists (select from alone)${sql.join(before, sql``)}
     order by item.lane, item.turn, item.id
     limit ${own.free} for update of item skip locked)`
}

const isAnyOf = <T>(some: readonly T[], others: readonly T[]) => some.some((each) => others.includes(each))
