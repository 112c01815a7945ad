import { sql, type RawBuilder } from 'kysely'
import { isPostgres } from '../domain/engine.ts'
import { addMove } from '../domain/moves.ts'
import { isFinal, type TaskState } from '../domain/states.ts'
import type { Db } from '../domain/tables.ts'
import type { DueInput } from './inputs.ts'
import { itemMove, MOVE_COLUMNS } from './itemMove.ts'

/** An item that is due and may not start. */
export interface StoppedItem {
  id: number
  /** The pause that holds its task; absent: its task has ended. */
  pauseId?: number
}

export interface DueItem {
  id: number
  turn: number
  /** The large file that it reads. */
  input?: DueInput
}

export interface DueItems {
  /** By lane and then by turn. */
  free: DueItem[]
  stopped: StoppedItem[]
}

interface DueRow {
  id: number
  turn: number
  due_ms: number
  input_hash: string | null
  input_bytes: number | null
  task_state: TaskState | null
  pause_id: number | null
}

export interface DueOrder {
  alone: boolean
  nowMs: number
  limit: number
  /** True: those that another transaction is about to claim are left out, and it will leave these. */
  isClaim: boolean
}

/** The states and flags stand in the text, so that the partial indexes are used. */
export const isDue = ({ alone, nowMs }: Pick<DueOrder, 'alone' | 'nowMs'>) =>
  sql`item.state = 'queued' and item.is_alone = ${sql.lit(alone ? 1 : 0)} and item.pause_id = 0 and item.due_ms <= ${nowMs}`

/** The pause that holds the row of `task`, which a join may have left empty. */
export const PAUSE_OF_TASK = sql`(
  select min(pause.id) from pause
   where pause.ended_ms is null
     and (pause.account_id is null or pause.account_id = task.account_id)
     and (pause.kind is null or pause.kind = task.kind)
     and (pause.model_id is null or pause.model_id = task.model_id)
     and task.id is not null)`

/**
 * The next due items of those that `which` describes, in the order of claims, and which of them may not start. A task
 * is paused by whatever fits its account, its kind and its model; items that belong to no task always may.
 */
export async function dueItems(
  db: Db,
  which: RawBuilder<unknown>,
  { alone, nowMs, limit, isClaim }: DueOrder,
): Promise<DueItems> {
  const { rows } = await sql<DueRow>`
    with due as materialized (
      select id from item
       where ${isDue({ alone, nowMs })} and ${which}
       order by lane, turn, id
       limit ${limit}${isClaim && isPostgres(db) ? sql` for update skip locked` : sql``})
    select item.id, item.turn, item.due_ms, item.input_hash, item.input_bytes, task.state as task_state,
           ${PAUSE_OF_TASK} as pause_id
      from due
      join item on item.id = due.id
      left join task on task.id = item.task_id
     order by item.lane, item.turn, item.id`.execute(db)
  const due: DueItems = { free: [], stopped: [] }
  for (const row of rows) {
    const { id, task_state: state, pause_id: pauseId } = row
    if (state !== null && isFinal(state)) due.stopped.push({ id })
    else if (pauseId !== null) due.stopped.push({ id, pauseId })
    else due.free.push(dueItemOf(row))
  }
  return due
}

const dueItemOf = ({
  id,
  turn,
  due_ms: dueMs,
  input_hash: hash,
  input_bytes: sizeBytes,
}: DueRow): DueItem => ({
  id,
  turn,
  ...(hash !== null && sizeBytes !== null && { input: { hash, sizeBytes, dueMs } }),
})

/** Whoever ends the pause lets go of what it holds afterwards: nothing may be put aside for it from then on. */
const stillLasts = (db: Db, pauseId: number) => sql<boolean>`exists (
  select 1 from pause where id = ${pauseId} and ended_ms is null ${isPostgres(db) ? sql`for share` : sql``})`

/** Cancels what belongs to tasks that have ended, and puts aside what is paused until its pause is over. */
export async function holdBack(db: Db, stopped: readonly StoppedItem[], nowMs: number): Promise<void> {
  for (const [pauseId, items] of Map.groupBy(stopped, (item) => item.pauseId)) {
    const rows = await db
      .updateTable('item')
      .set(pauseId === undefined ? { state: 'cancelled', finished_ms: nowMs } : { pause_id: pauseId })
      .where(
        'id',
        'in',
        items.map(({ id }) => id),
      )
      .where(pauseId === undefined ? sql<boolean>`true` : stillLasts(db, pauseId))
      .returning(MOVE_COLUMNS)
      .execute()
    if (pauseId === undefined)
      for (const row of rows) addMove(db, itemMove(row, { state: 'cancelled', nowMs }))
  }
}
