import { sql, type Kysely } from 'kysely'

/** Tasks that were deleted, pauses and the items that they hold back, and lists of tasks of every kind and of items. */
export async function addLifeOfTasks(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table task add column removed_ms integer`,
  `drop index task_list`,
  `create index task_list on task (account_id, kind, created_ms desc, id desc, state, removed_ms)`,
  // The list of both kinds filters in the index alone.
  `create index task_of_account on task (
    account_id, created_ms desc, id desc, kind, state, model_id, bucket, removed_ms)`,
  // Tasks that have ended and still have items that somebody could start: there are some only for moments.
  `create index task_unsettled on task (id) where state in ('failed', 'cancelled') and open_count > 0`,

  // Numbers are never used again: items know by which one they are held back.
  `create table pause (
    id integer primary key autoincrement,
    account_id text,
    kind text,
    model_id text,
    created_ms integer not null,
    ended_ms integer
  ) strict`,
  `create unique index pause_active on pause (
    coalesce(account_id, ''), coalesce(kind, ''), coalesce(model_id, '')) where ended_ms is null`,

  `alter table item add column pause_id integer not null default 0`,
  `drop index item_claim`,
  // In these brackets SQLite sees that all three need not be looked up in the row.
  `create index item_claim on item (lane, turn, id, due_ms, kind)
    where state = 'queued' and (is_alone = 0 and pause_id = 0)`,
  `drop index item_claim_alone`,
  `create index item_claim_alone on item (lane, turn, id)
    where state = 'queued' and (is_alone = 1 and pause_id = 0)`,
  // In the order in which they come back into the queue.
  `create index item_paused on item (pause_id, account_id, lane, turn, id) where pause_id > 0`,
  `create index item_cancelled on item (task_id, id) where state = 'cancelled'`,
  // By time first: by id it would be taken for what the smaller indexes of failed and of cancelled items are for.
  `create index item_list on item (task_id, created_ms, id)`,
]
