import { sql, type CompiledQuery, type RawBuilder } from 'kysely'
import { addMove } from '../domain/moves.ts'
import { isFinal, TASK_STATES } from '../domain/states.ts'
import type { Db } from '../domain/tables.ts'
import { CLAIMED, claimedOf, fitting, running, type ClaimedItem, type ClaimedRow } from './claim.ts'
import { fittingAny, type Room, type Round } from './claimRound.ts'
import { isDue, PAUSE_OF_TASK } from './holdBack.ts'
import { itemMove } from './itemMove.ts'

export interface ClaimedAtOnce {
  items: ClaimedItem[]
  /** True: there may be more to claim, and only `claimRound` can tell. */
  isMore: boolean
  /** By lane the last turn of which something was taken, for `advanceTurns`. */
  turns: ReadonlyMap<number, number>
}

/**
 * Fills the rooms by one statement of PostgreSQL, whose way to the server and back costs more than what it does. It takes
 * what `claimRound` would take and is content where that has more to do: where an item must run alone, where one that is due
 * may not start, and where it matters whose inputs are where. The same rooms make the same statement, whichever are full.
 */
export async function claimAtOnce(db: Db, round: Round): Promise<ClaimedAtOnce> {
  if (round.held.some(({ isAlone }) => isAlone)) return { items: [], isMore: false, turns: new Map() }
  // The plugin looks for empty lists, of which there are none here, and takes longer than all else.
  const { rows } = await db.withoutPlugins().executeQuery<ClaimRow>(statementOf(db, round))
  const isMore = rows.some(({ is_more: isMore }) => isMore)
  const taken = rows.filter(isTaken).toSorted(inOrder)
  for (const row of taken) addMove(db, itemMove(row, { state: 'running', nowMs: round.nowMs }))
  return { items: taken.map((row) => claimedOf(row, round)), isMore, turns: lastTurns(taken) }
}

type Order = Omit<Round, 'rooms' | 'held'>

/** By what the text depends on. */
const compiled = new Map<string, CompiledQuery<ClaimRow>>()

/** The same rooms make the same statement, however much is free in them: it is built once, and after that filled in. */
function statementOf(db: Db, round: Round): CompiledQuery<ClaimRow> {
  const { rooms, models, inputsHere } = round
  const shape = rooms.map(({ kinds, lanes, readsInputs }) => [kinds, lanes, readsInputs])
  const key = JSON.stringify([shape, models, inputsHere !== undefined])
  let statement = compiled.get(key)
  if (!statement) {
    statement = claimOf(
      rooms.map((room, at) => ({ ...room, free: blank(({ rooms }) => Math.max(0, rooms[at]?.free ?? 0)) })),
      { ...round, ...BLANKS },
    ).compile(db.withoutPlugins())
    if (compiled.size >= MOST_STATEMENTS) compiled.clear()
    compiled.set(key, statement)
  }
  const parameters = statement.parameters.map((value) => (value instanceof Blank ? value.fill(round) : value))
  return { ...statement, parameters }
}

/** Models come and go: of a worker, not of each claim. */
const MOST_STATEMENTS = 50

class Blank {
  readonly fill: (round: Round) => unknown
  constructor(fill: Blank['fill']) {
    this.fill = fill
  }
}

/** Passes for a value where a statement is built, and becomes that of a claim when it is executed. */
const blank = <T>(fill: (round: Round) => T): T => new Blank(fill) as T

const BLANKS = {
  worker: blank(({ worker }) => worker),
  nowMs: blank(({ nowMs }) => nowMs),
  leaseUntilMs: blank(({ leaseUntilMs }) => leaseUntilMs),
}

// Only items are read where they are locked: what others change meanwhile is looked at once more, with all that is joined.
const claimOf = (rooms: readonly Room[], order: Order) => sql<ClaimRow>`
    with alone as materialized (
      select 1 from item where ${isDue({ alone: true, nowMs: order.nowMs })} and ${fittingAny(rooms, order)} limit 1),
    ${sql.join(rooms.map((_, at) => dueIn(rooms, at, order)))},
    due as materialized (
      select room.id, not (room.is_left or coalesce(task.state in (${FINAL}), false) or ${PAUSE_OF_TASK} is not null) as is_free
        from (${sql.join(
          rooms.map((_, at) => sql`select * from ${nameOf(at)}`),
          sql` union all `,
        )}) as room
        left join task on task.id = room.task_id),
    taken as (
      update item
         set ${running(order)}
       where item.id = any(array(select id from due where is_free))
      returning ${CLAIMED})
    select exists (select from alone) or exists (select from due where not is_free) as is_more, taken.*
      from (values (1)) as always left join taken on true`

const inOrder = (one: ClaimedRow, other: ClaimedRow) =>
  one.lane - other.lane || one.turn - other.turn || one.id - other.id

/** By lane. */
const lastTurns = (ordered: readonly ClaimedRow[]) => new Map(ordered.map(({ lane, turn }) => [lane, turn]))

/** At least one, empty where nothing was taken. */
type ClaimRow = { is_more: boolean } & (ClaimedRow | { id: null })

const isTaken = (row: ClaimRow): row is { is_more: boolean } & ClaimedRow => row.id !== null

const FINAL = sql.raw(
  TASK_STATES.filter(isFinal)
    .map((state) => `'${state}'`)
    .join(', '),
)

const nameOf = (at: number) => sql.raw(`room_${at}`)

/** The next ones of a room, but for those of the rooms before, which would count for both. */
function dueIn(rooms: readonly Room[], at: number, order: Order): RawBuilder<unknown> {
  const { kinds, lanes, free, readsInputs } = rooms[at] as Room
  const before = rooms.flatMap((other, index) =>
    index < at && isAnyOf(other.kinds, kinds) && isAnyOf(other.lanes, lanes)
      ? [sql` and item.id not in (select id from ${nameOf(index)})`]
      : [],
  )
  const isLeft = readsInputs && order.inputsHere ? sql`item.input_hash is not null` : sql`false`
  return sql`${nameOf(at)} as materialized (
    select item.id, item.task_id, ${isLeft} as is_left
      from item
     where ${isDue({ alone: false, nowMs: order.nowMs })} and ${fitting(lanes, { ...order, kinds })}
       and not exists (select from alone)${sql.join(before, sql``)}
     order by item.lane, item.turn, item.id
     limit ${free} for update skip locked)`
}

const isAnyOf = <T>(some: readonly T[], others: readonly T[]) => some.some((each) => others.includes(each))
