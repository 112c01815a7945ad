import { sql, type Kysely } from 'kysely'
import { isPostgres } from '../../domain/engine.ts'

/** What the lines of a stretch are, to tell when they come otherwise. Stretches from before are not compared. */
export async function addStretchHashes(db: Kysely<unknown>): Promise<void> {
  const type = sql.raw(isPostgres(db) ? 'text collate "C"' : 'text')
  await sql`alter table batch_stretch add column input_hash ${type}`.execute(db)
}
