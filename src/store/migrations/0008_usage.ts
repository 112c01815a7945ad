import { sql, type Kysely } from 'kysely'

/** What each key has asked for in the current stretches of time, and which key a task is counted for. */
export async function addUsage(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table usage (
    key_hash text not null,
    rate text not null,
    start_ms integer not null,
    used real not null,
    primary key (key_hash, rate, start_ms)
  ) strict, without rowid`,

  `alter table task add column key_hash text`,
]
