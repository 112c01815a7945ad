import { sql, type Kysely } from 'kysely'

/** What the vectors of a task follow from, by which another task finds them, and which task they were taken from. */
export async function addReuse(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table task add column may_reuse integer not null default 0`,
  `alter table task add column reuse_key text`,
  `alter table task add column reused_from text`,
  `create index task_reuse on task (account_id, reuse_key, state, created_ms) where reuse_key is not null`,
]
