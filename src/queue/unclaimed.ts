import { sql } from 'kysely'
import { failureColumns } from '../domain/failure.ts'
import type { Db, ItemKind } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'

/** What a worker must be able to do for some of the items in the queue. */
export interface Need {
  kind: ItemKind
  /** As `nameOfModel` writes it; empty: none. */
  model: string
}

// All that is asked stands in the index of claims.
const IS_DUE = (nowMs: number) =>
  sql`state = 'queued' and (is_alone = 0 and pause_id = 0) and due_ms <= ${nowMs}`

/** What is needed for items that have been due since then, and for how many. */
export async function needsSince(db: Db, sinceMs: number): Promise<(Need & { count: number })[]> {
  const { rows } = await sql<Need & { count: number }>`
    select kind, model, count(*) as count from item where ${IS_DUE(sinceMs)} group by kind, model`.execute(db)
  return rows
}

/** Some at the front are enough for whoever looks. */
const NOTED_AT_ONCE = 100

/** Writes down what the first of these items wait for, for whoever looks; it is not counted as a failure. */
export async function noteWait(
  db: Db,
  { kind, model }: Need,
  { failure, sinceMs }: { failure: Failure; sinceMs: number },
): Promise<void> {
  const { error_code: code, error_message: message } = failureColumns(failure)
  await sql`
    update item set error_code = ${code}, error_message = ${message}
     where state = 'queued' and id in (
       select id from item
        where ${IS_DUE(sinceMs)} and kind = ${kind} and model = ${model}
        order by lane, turn, id limit ${NOTED_AT_ONCE})
       and error_message is distinct from ${message}`.execute(db)
}
