import { sql } from 'kysely'
import type { Db } from '../domain/tables.ts'

// A file that is gone is first hidden, in the transaction that raises the version of its bucket, and then removed with
// its chunks, which may be many. It begins a new generation, which has no chunks: should it be listed again before it is
// removed, nothing of the old ones comes back.

/** A page of the bucket's files in the order of their keys, with whether the task has seen them. */
export async function filesSeen(
  db: Db,
  bucketId: number,
  { taskId, after, limit }: { taskId: string; after: string; limit: number },
): Promise<{ id: number; key: string; isSeen: boolean }[]> {
  const rows = await db
    .selectFrom('bucket_file')
    .select(['id', 'key', 'seen_task_id'])
    .where('bucket_id', '=', bucketId)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute()
  return rows.map(({ id, key, seen_task_id: seenBy }) => ({ id, key, isSeen: seenBy === taskId }))
}

/** Hides files: `version` is the bucket's, raised for this change. Returns how many were not hidden yet. */
export async function hideFiles(
  db: Db,
  ids: readonly number[],
  { version, nowMs }: { version: number; nowMs: number },
): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('bucket_file')
    .set((row) => ({
      state: 'gone',
      generation: row('generation', '+', 1),
      chunk_count: 0,
      version,
      updated_ms: nowMs,
    }))
    .where('id', 'in', ids)
    .where('state', '<>', 'gone')
    .executeTakeFirst()
  await sql`
    insert into removed_file (bucket_id, version, file_id)
    select bucket_id, version, id from bucket_file
     where id in (${sql.join(ids)}) and version = ${version}`.execute(db)
  return Number(numUpdatedRows)
}

/** Ids of at most `limit` files of the bucket, in no order. */
export async function someFiles(db: Db, bucketId: number, limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom('bucket_file')
    .select('id')
    .where('bucket_id', '=', bucketId)
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Of these files, those that nobody sees: hidden themselves, or of an embedding that is. */
const hidden = (ids: readonly number[]) => sql`
  select id from bucket_file
   where id in (${sql.join(ids)})
     and (state = 'gone' or bucket_id in (select id from embedded_bucket where removed_ms is not null))`

/** Removes at most `limit` chunks of those of the files that nobody sees. Returns how many. */
export async function removeHiddenChunks(db: Db, ids: readonly number[], limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from chunk
     where (file_id, generation, ordinal) in (
       select file_id, generation, ordinal from chunk where file_id in (${hidden(ids)}) limit ${limit})`.execute(
    db,
  )
  return Number(numAffectedRows ?? 0)
}

/** Removes the rows of those of the files that nobody sees. Their chunks are gone. */
export async function removeHiddenFiles(db: Db, ids: readonly number[]): Promise<void> {
  await sql`delete from bucket_file where id in (${hidden(ids)})`.execute(db)
}

/** Removes at most `limit` of the marks that tell of removed files. Returns how many. */
export async function removeMarks(db: Db, bucketId: number, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from removed_file
     where (bucket_id, version, file_id) in (
       select bucket_id, version, file_id from removed_file where bucket_id = ${bucketId} limit ${limit})`.execute(
    db,
  )
  return Number(numAffectedRows ?? 0)
}
