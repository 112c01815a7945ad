import { hasColumn } from './hasColumn.ts'
import { openSqlite, type Sqlite } from './sqlite.ts'

const MOST_NAMED = 10

/**
 * What is wrong with a database, read as a whole without changing anything: pages, indexes, rows that name others that
 * are not there, and tasks and files of buckets that have fewer vectors than were counted. Empty when it is sound. Throws
 * `storage_unavailable` for what is no database or cannot be read.
 */
export function findDamage(file: string): string[] {
  const database = openSqlite(file, { readOnly: true })
  try {
    const pages = database.execute(`pragma integrity_check(${MOST_NAMED})`).rows
    const said = pages.flatMap((row) => Object.values(row).map(String)).filter((line) => line !== 'ok')
    // What counts rows may fail for pages that cannot be read.
    return said.length > 0 ? said : [...orphans(database), ...lostVectors(database), ...lostChunks(database)]
  } finally {
    database.close()
  }
}

const orphans = (database: Sqlite): string[] =>
  database
    .execute('pragma foreign_key_check')
    .rows.slice(0, MOST_NAMED)
    .map(({ table, parent }) => `a row of ${String(table)} names one of ${String(parent)} that is not there`)

const lostVectors = (database: Sqlite): string[] =>
  hasColumn(database, 'task', 'removed_ms')
    ? database
        .execute(
          `select id, embedding_count - have as lost from (
             select id, embedding_count, (select count(*) from embedding where task_id = task.id) as have
               from task where embedding_count > 0 and removed_ms is null)
            where have < embedding_count limit ${MOST_NAMED}`,
        )
        .rows.map(({ id, lost }) => `the task ${String(id)} lacks ${String(lost)} of its vectors`)
    : []

const lostChunks = (database: Sqlite): string[] =>
  hasColumn(database, 'bucket_file', 'generation')
    ? database
        .execute(
          `select key, chunk_count - have as lost from (
             select key, chunk_count, (
               select count(*) from chunk
                where file_id = bucket_file.id and chunk.generation = bucket_file.generation) as have
               from bucket_file where chunk_count > 0 and state <> 'gone')
            where have < chunk_count limit ${MOST_NAMED}`,
        )
        .rows.map(
          ({ key, lost }) => `the file ${String(key)} of a bucket lacks ${String(lost)} of its chunks`,
        )
    : []
