import { sql, type Kysely } from 'kysely'

/**
 * Vectors of pages, of quarters of them and of chunks of text beside those of clips, the spread of a vector's numbers,
 * and how many tokens of text went into a task.
 */
export async function addParts(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table embedding rename column start_ms to position`,
  `alter table embedding add column uncertainty blob`,
  // Pages and chunks stand between clips and the asset, which was 1.
  `update embedding set scope_order = 3 where scope_order = 1`,
  `alter table task add column text_tokens integer not null default 0`,
]
