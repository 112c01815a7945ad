import { sql, type Kysely } from 'kysely'

/** What the traces of tasks go on from, and finding assets that were kept for long enough. */
export async function addOperations(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table task_trace (
    task_id text primary key,
    trace_json text not null
  ) strict, without rowid`,
  `create index asset_age on asset (created_ms)`,
]
