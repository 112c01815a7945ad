import { sql, type Selectable } from 'kysely'
import { isPostgres } from '../domain/engine.ts'
import { failureColumns } from '../domain/failure.ts'
import { addMove } from '../domain/moves.ts'
import type { Db, ItemRow } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import { LET_GO } from './held.ts'
import { ITEM_COLUMNS, itemOf, type Item } from './item.ts'
import { itemMove, MOVE_COLUMNS } from './itemMove.ts'

/** From this many interruptions on an item runs with nothing beside it: it may be what ends the process. */
export const ALONE_FROM = 5

/** An item that was interrupted so often fails. */
export const MAX_INTERRUPTIONS = 25

const ITEMS_A_SWEEP = 500

/** Whose an item was that is due again. */
export interface Released {
  accountId: string
  /** Absent for what belongs to no task. */
  taskId: string | null
}

export interface Swept {
  /** Items that are due again, with one interruption more. */
  released: Released[]
  /** Items that were interrupted too often; the caller fails each with `endInterrupted`. */
  exhausted: Item[]
}

/** Whether there is something for `sweep`: to ask that disturbs nobody. */
export async function haveLeasesEnded(db: Db, nowMs: number): Promise<boolean> {
  const { rows } = await sql`
    select 1 from item where state = 'running' and lease_until_ms <= ${nowMs} limit 1`.execute(db)
  return rows.length > 0
}

/**
 * Takes items back whose lease has ended, because the process, the machine or the network of their holder died. Of
 * several who sweep at once each takes others: no interruption is counted twice.
 */
export async function sweep(db: Db, nowMs: number): Promise<Swept> {
  const { rows } = await sql<Pick<Selectable<ItemRow>, (typeof MOVE_COLUMNS)[number] | 'account_id'>>`
    update item
       set state = 'queued', worker = null, lease_until_ms = null, due_ms = ${nowMs},
           interruptions = interruptions + 1,
           is_alone = case when interruptions + 1 >= ${ALONE_FROM} then 1 else is_alone end
     where id in (
       select id from item
        where state = 'running' and lease_until_ms <= ${nowMs} and interruptions + 1 < ${MAX_INTERRUPTIONS}
        limit ${ITEMS_A_SWEEP}${isPostgres(db) ? sql` for update skip locked` : sql``})
       and state = 'running' and lease_until_ms <= ${nowMs}
    returning id, kind, account_id, task_id, attempt, started_ms`.execute(db)
  for (const row of rows) addMove(db, itemMove(row, { state: 'queued', why: 'interrupted', nowMs }))
  const released = rows.map((row) => ({ accountId: row.account_id, taskId: row.task_id }))
  return { released, exhausted: await exhaustedItems(db, nowMs) }
}

async function exhaustedItems(db: Db, nowMs: number): Promise<Item[]> {
  const { rows } = await sql<Selectable<ItemRow>>`
    select ${sql.join(ITEM_COLUMNS.map((column) => sql.ref(column)))} from item
     where state = 'running' and lease_until_ms <= ${nowMs} and interruptions + 1 >= ${MAX_INTERRUPTIONS}
     limit ${ITEMS_A_SWEEP}`.execute(db)
  return rows.map(itemOf)
}

/** Fails an item that `sweep` found interrupted too often. False when that has been done already. */
export async function endInterrupted(
  db: Db,
  id: number,
  { failure, nowMs }: { failure: Failure; nowMs: number },
): Promise<boolean> {
  const ended = await db
    .updateTable('item')
    .set((row) => ({
      state: 'failed',
      ...LET_GO,
      interruptions: row('interruptions', '+', 1),
      ...failureColumns(failure),
      finished_ms: nowMs,
    }))
    .where('id', '=', id)
    .where('state', '=', 'running')
    .where('lease_until_ms', '<=', nowMs)
    .returning(MOVE_COLUMNS)
    .executeTakeFirst()
  if (!ended) return false
  addMove(db, itemMove(ended, { state: 'failed', failure, nowMs }))
  return true
}
