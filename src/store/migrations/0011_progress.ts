import { sql, type Kysely } from 'kysely'

/** How much of the media of a task is embedded, and what is read to tell how fast and how far tasks are. */
export async function addProgress(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table task add column media_total_ms integer`,
  `alter table task add column media_done_ms integer not null default 0`,
  `alter table task add column media_failed_ms integer not null default 0`,
  // For those who watch: which tasks went on since they looked.
  `create index task_progress on task (updated_ms) where state = 'processing'`,
  `create index item_finished on item (task_id, finished_ms, kind)
    where finished_ms is not null and kind in ('slice', 'part', 'document')`,
]
