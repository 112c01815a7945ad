import { sql, type Kysely } from 'kysely'
import { isPostgres } from '../../domain/engine.ts'
import type { Db } from '../../domain/tables.ts'

/**
 * Items tell which model they need and what file they read, so that only those claim them who can work on them; and
 * processes that claim tell what they can do. What is in the queue gets the model of its task.
 */
export async function addItemNeeds(db: Kysely<unknown>): Promise<void> {
  const isOnPostgres = isPostgres(db as unknown as Db)
  const text = isOnPostgres ? 'text collate "C"' : 'text'
  const integer = isOnPostgres ? 'bigint' : 'integer'
  for (const statement of [
    `alter table item add column model ${text} not null default ''`,
    `alter table item add column input_hash ${text}`,
    `alter table item add column input_bytes ${integer}`,
    `update item
        set model = (select case task.model_id when '' then '' else task.model_id || '@' || task.model_revision end
                       from task where task.id = item.task_id)
      where kind in ('plan', 'slice', 'part', 'document', 'lines') and task_id is not null
        and state in ('queued', 'running', 'failed', 'cancelled')`,
    `drop index item_claim`,
    // In these brackets SQLite sees that all three need not be looked up in the row.
    `create index item_claim on item (lane, turn, id, due_ms, kind, model)
      where state = 'queued' and (is_alone = 0 and pause_id = 0)`,
    `create index item_input on item (input_hash, state) where input_hash is not null`,
    `create table worker (
      name ${text} primary key,
      kinds_json ${text} not null,
      models_json ${text} not null,
      seen_ms ${integer} not null
    )${isOnPostgres ? '' : ' strict, without rowid'}`,
  ])
    await sql.raw(statement).execute(db)
}
