import { sql, type Kysely } from 'kysely'
import { isPostgres } from '../../domain/engine.ts'

/** What is known of the indexes of neighbours that large buckets have. SQLite has none, and the same table. */
export async function addVectorIndexes(db: Kysely<unknown>): Promise<void> {
  const number = sql.raw(isPostgres(db) ? 'bigint' : 'integer')
  const text = sql.raw(isPostgres(db) ? 'text collate "C"' : 'text')
  await sql`
    create table vector_index (
      bucket_id ${number} not null primary key,
      model_id ${text} not null,
      model_revision ${text} not null,
      dimension ${number} not null,
      state ${text} not null,
      version ${number} not null,
      chunk_count ${number} not null,
      created_ms ${number} not null,
      updated_ms ${number} not null
    )${sql.raw(isPostgres(db) ? '' : ' strict')}`.execute(db)
}
