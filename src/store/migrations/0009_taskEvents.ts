import { sql, type Kysely } from 'kysely'

/** What happened to each task, for those who watch it and for its history. */
export async function addTaskEvents(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // Numbers are never given twice, so that who has seen one knows where to go on.
  `create table task_event (
    id integer primary key autoincrement,
    account_id text not null,
    task_id text not null,
    kind text not null,
    details_json text not null,
    created_ms integer not null
  ) strict`,
  `create index task_event_of_task on task_event (task_id, id)`,
  `create index task_event_of_account on task_event (account_id, id)`,
]
