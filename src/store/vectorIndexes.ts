import { sql } from 'kysely'
import type { ModelPin } from '../domain/model.ts'
import type { Db, VectorIndexRow } from '../domain/tables.ts'
import type { BucketSettings } from '../domain/task.ts'
import { modelIn } from './reading.ts'

/** The index of a bucket, and of which model its vectors are. */
export interface IndexOfBucket {
  model: ModelPin
  state: VectorIndexRow['state']
  /** Chunks that it has taken in. */
  chunkCount: number
}

/** A bucket that is embedded, or was and still has an index. */
export interface MaybeIndexed {
  bucketId: number
  /** Absent: nobody sees the bucket any more. */
  bucket?: { version: number; model: ModelPin }
  index?: IndexOfBucket
}

interface Row {
  bucket_id: number
  version: number | null
  settings_json: string | null
  state: VectorIndexRow['state'] | null
  model_id: string
  model_revision: string
  chunk_count: number
}

/** All embedded buckets, and those that have an index only. */
export async function listMaybeIndexed(db: Db): Promise<MaybeIndexed[]> {
  const { rows } = await sql<Row>`
    select coalesce(bucket.id, vector_index.bucket_id) as bucket_id, bucket.version, bucket.settings_json,
           state, model_id, model_revision, chunk_count
      from (select id, version, settings_json from embedded_bucket where removed_ms is null) as bucket
      full join vector_index on vector_index.bucket_id = bucket.id
     order by 1`.execute(db)
  return rows.map((row) => ({
    bucketId: row.bucket_id,
    ...(row.version !== null &&
      row.settings_json !== null && {
        bucket: { version: row.version, model: (JSON.parse(row.settings_json) as BucketSettings).model },
      }),
    ...(row.state !== null && {
      index: {
        model: { id: row.model_id, revision: row.model_revision },
        state: row.state,
        chunkCount: row.chunk_count,
      },
    }),
  }))
}

/** How far the index of a bucket is. */
export async function indexOfBucket(db: Db, bucketId: number): Promise<IndexOfBucket | undefined> {
  const row = await db
    .selectFrom('vector_index')
    .selectAll()
    .where('bucket_id', '=', bucketId)
    .executeTakeFirst()
  return (
    row && {
      model: { id: row.model_id, revision: row.model_revision },
      state: row.state,
      chunkCount: row.chunk_count,
    }
  )
}

/** How many chunks of the bucket are searched that the model embedded, and how many numbers their vectors have. */
export async function sizeOfBucket(
  db: Db,
  bucketId: number,
  model: ModelPin,
): Promise<{ chunkCount: number; dimension: number }> {
  const stored = modelIn('bucket_file.settings_json')
  const own = sql`
    bucket_id = ${bucketId} and chunk_count > 0
      and ${stored.id} = ${model.id} and ${stored.revision} = ${model.revision}`
  const { rows } = await sql<{ chunks: number | null; bytes: number | null }>`
    select (select sum(chunk_count) from bucket_file where ${own}) as chunks,
           (select length(vector) from chunk
              join (select id, generation from bucket_file where ${own} limit 1) as file
                on file.id = chunk.file_id and file.generation = chunk.generation
             limit 1) as bytes`.execute(db)
  return { chunkCount: rows[0]?.chunks ?? 0, dimension: (rows[0]?.bytes ?? 0) / 4 }
}
