import { sql, type Kysely } from 'kysely'
import { isPostgres } from '../../domain/engine.ts'
import type { Db } from '../../domain/tables.ts'

/** Which request for a part is the newest one, whatever server it came to. */
export async function addPartTurns(db: Kysely<unknown>): Promise<void> {
  const type = sql.raw(isPostgres(db as unknown as Db) ? 'bigint' : 'integer')
  await sql`alter table upload_part add column turn ${type} not null default 0`.execute(db)
}
