import { sql } from 'kysely'
import type { ModelPin } from '../../../domain/model.ts'
import type { Db, VectorIndexRow } from '../../../domain/tables.ts'

// A bucket that has an index of neighbours has a table of its own for it. So no search meets rows of another bucket, the
// index has one dimension, deleting is to drop the table, and nobody waits for the others' changes.

/** The table that holds the vectors of a bucket a second time, in half precision. */
export const indexTable = (bucketId: number) => sql.table(`chunk_vector_${Number(bucketId)}`)

/** What pgvector can index. */
export const MOST_DIMENSIONS = 4000

export interface NewIndex {
  bucketId: number
  model: ModelPin
  dimension: number
  nowMs: number
}

/** Makes an empty table, which is filled by `takeInSome`. Nothing happens when the bucket has one. */
export async function beginIndex(db: Db, { bucketId, model, dimension, nowMs }: NewIndex): Promise<void> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('vector_index')
    .values({
      bucket_id: bucketId,
      model_id: model.id,
      model_revision: model.revision,
      dimension,
      state: 'filling',
      version: 0,
      chunk_count: 0,
      created_ms: nowMs,
      updated_ms: nowMs,
    })
    .onConflict((conflict) => conflict.column('bucket_id').doNothing())
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows === 0n) return
  await sql`
    create table ${indexTable(bucketId)} (
      file_id bigint not null,
      ordinal bigint not null,
      vector halfvec(${sql.raw(String(Number(dimension)))}) not null,
      primary key (file_id, ordinal)
    )`.execute(db)
}

/**
 * Takes the row of the index for this transaction. Undefined when there is none, or another transaction has it, which
 * then does the work.
 */
export async function lockIndex(db: Db, bucketId: number): Promise<VectorIndexRow | undefined> {
  const { rows } = await sql<VectorIndexRow>`
    select * from vector_index where bucket_id = ${bucketId} for update skip locked`.execute(db)
  return rows[0]
}

/**
 * Builds the index over what the table holds; from this commit on it is searched. Takes minutes for a million vectors,
 * in which nothing waits but other work on the same index. False when somebody else is at it.
 */
export async function buildIndex(db: Db, bucketId: number, nowMs: number): Promise<boolean> {
  const index = await lockIndex(db, bucketId)
  if (!index || index.state === 'ready') return false
  await sql`
    create index on ${indexTable(bucketId)} using hnsw (vector halfvec_ip_ops)
      with (m = 16, ef_construction = ${sql.raw(String(EF_CONSTRUCTION))})`.execute(db)
  await sql`analyze ${indexTable(bucketId)}`.execute(db)
  await db
    .updateTable('vector_index')
    .set({ state: 'ready', updated_ms: nowMs })
    .where('bucket_id', '=', bucketId)
    .execute()
  return true
}

/** Twice pgvector's own: better neighbours for a longer build. */
const EF_CONSTRUCTION = 128

/** Removes the index of a bucket with its table. False when somebody else is at work on it. */
export async function dropIndex(db: Db, bucketId: number): Promise<boolean> {
  if (!(await lockIndex(db, bucketId))) return false
  await sql`drop table if exists ${indexTable(bucketId)}`.execute(db)
  await db.deleteFrom('vector_index').where('bucket_id', '=', bucketId).execute()
  return true
}
