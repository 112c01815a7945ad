import { sql, type Selectable } from 'kysely'
import { failureOf } from '../domain/failure.ts'
import type { ItemState } from '../domain/states.ts'
import type { Db, ItemKind, ItemRow } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import { itemOf, type Item } from './item.ts'

/** An item with all that happened to it. */
export interface ListedItem extends Item {
  key: string
  state: ItemState
  /** It is held back by a pause. */
  isPaused: boolean
  attempts: number
  failures: number
  interruptions: number
  /** Runs with nothing beside it. */
  isAlone: boolean
  /** Of the last attempt that went wrong. */
  failure?: Failure
  /** Who has it, or had it last. */
  worker?: string
  createdMs: number
  /** Of one in the queue: not before. */
  dueMs: number
  startedMs?: number
  finishedMs?: number
}

/** Where an item stands in the list of its task. */
export type ItemPlace = Pick<ListedItem, 'createdMs' | 'id'>

export interface ItemFilter {
  states?: readonly ItemState[]
  kinds?: readonly ItemKind[]
  /** Only items that follow this one in the list. */
  after?: ItemPlace
  limit: number
}

export interface ItemPage {
  items: ListedItem[]
  /** Where the next page begins, which may be empty; absent on the last one. */
  nextAfter?: ItemPlace
}

/** However few of them fit: more rows are not looked at for one page. */
const ROWS_A_PAGE = 5_000

/** A page of the items of a task, in the order in which they were made. */
export async function listItems(
  db: Db,
  taskId: string,
  { states, kinds, after, limit }: ItemFilter,
): Promise<ItemPage> {
  let ofTask = db.selectFrom('item').where('task_id', '=', taskId).orderBy('created_ms').orderBy('id')
  if (after) ofTask = ofTask.where(sql<boolean>`(created_ms, id) > (${after.createdMs}, ${after.id})`)
  const last = await ofTask
    .select(['created_ms as createdMs', 'id'])
    .limit(1)
    .offset(ROWS_A_PAGE - 1)
    .executeTakeFirst()
  let matching = ofTask.selectAll()
  if (last) matching = matching.where(sql<boolean>`(created_ms, id) <= (${last.createdMs}, ${last.id})`)
  if (states) matching = matching.where('state', 'in', states)
  if (kinds) matching = matching.where('kind', 'in', kinds)
  const rows = await matching.limit(limit + 1).execute()
  const items = rows.slice(0, limit).map(listedOf)
  const nextAfter = rows.length > limit ? items.at(-1) : last
  return {
    items,
    ...(nextAfter && { nextAfter: { createdMs: nextAfter.createdMs, id: nextAfter.id } }),
  }
}

function listedOf(row: Selectable<ItemRow>): ListedItem {
  const failure = failureOf(row)
  return {
    ...itemOf(row),
    key: row.key,
    state: row.state,
    isPaused: row.pause_id > 0,
    attempts: row.attempt,
    failures: row.failures,
    interruptions: row.interruptions,
    isAlone: row.is_alone === 1,
    ...(failure && { failure }),
    ...(row.worker !== null && { worker: row.worker }),
    createdMs: row.created_ms,
    dueMs: row.due_ms,
    ...(row.started_ms !== null && { startedMs: row.started_ms }),
    ...(row.finished_ms !== null && { finishedMs: row.finished_ms }),
  }
}
