import { sql, type Kysely } from 'kysely'
import { EmbedlineError } from '../domain/errors.ts'
import type { Db } from '../domain/tables.ts'
import { createFirstTables } from './migrations/0001_firstTables.ts'
import { allowUrlSources } from './migrations/0002_urlSources.ts'
import { addCrawls } from './migrations/0003_crawls.ts'
import { addUploads } from './migrations/0005_uploads.ts'
import { addParts } from './migrations/0006_parts.ts'
import { indexSideCars } from './migrations/0007_sideCars.ts'
import { addUsage } from './migrations/0008_usage.ts'
import { addTaskEvents } from './migrations/0009_taskEvents.ts'
import { addLifeOfTasks } from './migrations/0010_lifeOfTasks.ts'
import { addProgress } from './migrations/0011_progress.ts'
import { addVectorSets } from './migrations/0012_vectorSets.ts'
import { addKeys } from './migrations/0013_keys.ts'
import { addBatches } from './migrations/0014_batches.ts'
import { addOperations } from './migrations/0015_operations.ts'
import { addReuse } from './migrations/0016_reuse.ts'

/** A step forward of the tables. Never changed once released; there are no steps back. */
export type Migration = (db: Kysely<unknown>) => Promise<void>

// The place in the list, from 1, is the number that the database remembers.
export const MIGRATIONS: readonly Migration[] = [
  createFirstTables,
  allowUrlSources,
  addCrawls,
  addUploads,
  addParts,
  indexSideCars,
  addUsage,
  addTaskEvents,
  addLifeOfTasks,
  addProgress,
  addVectorSets,
  addKeys,
  addBatches,
  addOperations,
  addReuse,
]

/**
 * Runs what the database has not seen yet. Must be called in a transaction: it is the lock against a second server
 * that starts at the same time, and it makes the step whole. Throws `storage_unavailable` when the database is newer
 * than `migrations`; `file` names it in that sentence.
 */
export async function migrate(db: Db, file: string, nowMs: number, migrations = MIGRATIONS): Promise<void> {
  const seen = await lastMigration(db)
  if (seen > migrations.length)
    throw new EmbedlineError(
      'storage_unavailable',
      `the database ${file} was written by a newer Embedline (schema ${seen}, this one knows ${migrations.length})`,
    )
  for (const [index, step] of migrations.entries()) {
    if (index < seen) continue
    await step(db as unknown as Kysely<unknown>)
    await sql`insert into migration (number, done_ms) values (${index + 1}, ${nowMs})`.execute(db)
  }
}

async function lastMigration(db: Db): Promise<number> {
  await sql`create table if not exists migration (number integer primary key, done_ms integer not null) strict`.execute(
    db,
  )
  const { rows } = await sql<{ last: number | null }>`select max(number) as last from migration`.execute(db)
  return rows[0]?.last ?? 0
}
