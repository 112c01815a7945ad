import { sql, type Kysely } from 'kysely'
import { isPostgres } from '../domain/engine.ts'
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
import { keepItemIds } from './migrations/0017_itemIds.ts'
import { addItemNeeds } from './migrations/0018_itemNeeds.ts'
import { addPartTurns } from './migrations/0019_partTurns.ts'
import { addVectorIndexes } from './migrations/0020_vectorIndexes.ts'
import { addStretchHashes } from './migrations/0021_stretchHashes.ts'
import { narrowItemIndexes } from './migrations/0022_itemIndexes.ts'
import { createPostgresTables } from './migrations/postgresTables.ts'

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
  keepItemIds,
  addItemNeeds,
  addPartTurns,
  addVectorIndexes,
  addStretchHashes,
  narrowItemIndexes,
]

/** On PostgreSQL one step makes what these many make on SQLite; all that follow are common. */
const SQLITE_ALONE = 16

/**
 * Runs what the database has not seen yet. Must be called in a transaction: with the lock it keeps a second server away
 * that starts at the same time, and it makes the step whole. Throws `storage_unavailable` when the database is newer
 * than `migrations`; `name` stands for it in that sentence.
 */
export async function migrate(db: Db, name: string, nowMs: number, migrations = MIGRATIONS): Promise<void> {
  await beginMigration(db)
  const seen = await lastMigration(db)
  if (seen > migrations.length)
    throw new EmbedlineError(
      'storage_unavailable',
      `the database ${name} was written by a newer Embedline (schema ${seen}, this one knows ${migrations.length})`,
    )
  const done = async (step: Migration, number: number) => {
    await step(db as unknown as Kysely<unknown>)
    await sql`insert into migration (number, done_ms) values (${number}, ${nowMs})`.execute(db)
  }
  const isNewPostgres = seen === 0 && isPostgres(db)
  if (isNewPostgres) await done(createPostgresTables, SQLITE_ALONE)
  for (const [index, step] of migrations.entries())
    if (index >= (isNewPostgres ? SQLITE_ALONE : seen)) await done(step, index + 1)
}

async function beginMigration(db: Db): Promise<void> {
  if (isPostgres(db)) {
    await sql`set local statement_timeout = 0`.execute(db)
    await sql`set local lock_timeout = 0`.execute(db)
    await sql`select pg_advisory_xact_lock(hashtext('embedline migration'))`.execute(db)
    await sql`create table if not exists migration (number bigint primary key, done_ms bigint not null)`.execute(
      db,
    )
  } else
    await sql`create table if not exists migration (number integer primary key, done_ms integer not null) strict`.execute(
      db,
    )
}

async function lastMigration(db: Db): Promise<number> {
  const { rows } = await sql<{ last: number | null }>`select max(number) as last from migration`.execute(db)
  return rows[0]?.last ?? 0
}
