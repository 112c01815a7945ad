import { sql } from 'kysely'
import type { ModelPin } from '../../../domain/model.ts'
import type { Db } from '../../../domain/tables.ts'
import { modelIn, type Reading } from '../../reading.ts'
import { float32Of } from '../../vectorBytes.ts'
import { halfVectorOf } from './halfVector.ts'
import { indexTable } from './indexTable.ts'

interface Source {
  bucketId: number
  model: ModelPin
}

interface ChunkId {
  fileId: number
  ordinal: number
}

/** A chunk with its vector as it was made. */
export interface IndexedChunk extends ChunkId {
  key: string
  /** Unit length. */
  vector: Float32Array
}

export interface NearestQuery {
  vector: Float32Array
  count: number
  /** Only these files. */
  fileIds?: readonly number[]
  /** None of these. */
  notFileIds: readonly number[]
}

/** Reads the indexes of neighbours of buckets. All calls may run at once. Throws `storage_unavailable`. */
export interface ChunkIndex {
  /** Undefined when the chunks of this model are in no index that can be searched, or have other dimensions. */
  state(source: Source, dimension: number): Promise<{ version: number; chunkCount: number } | undefined>
  /**
   * About the `count` nearest chunks, in no order. Undefined when the index does not find so many though it has them, or
   * is not there any more.
   */
  nearest(source: Source, query: NearestQuery): Promise<IndexedChunk[] | undefined>
  /**
   * The `most` nearest chunks of each of these files, in no order: exact but for the half precision. Undefined when the
   * index is not there any more.
   */
  nearestOfFiles(
    source: Source,
    query: { vector: Float32Array; fileIds: readonly number[]; most: number },
  ): Promise<IndexedChunk[] | undefined>
  /** These chunks, in no order, without those that are not searched any more. */
  chunks(source: Source, ids: readonly ChunkId[]): Promise<IndexedChunk[]>
  /** All chunks of these files. */
  chunksOfFiles(source: Source, fileIds: readonly number[]): Promise<IndexedChunk[]>
  /** The files of the bucket that have chunks. */
  files(source: Source): Promise<{ id: number; key: string; chunkCount: number }[]>
}

/** Of the rows that an index hands out, so many may fail a filter before it gives up. */
const MOST_ROWS_SEEN = 40_000

/** pgvector's own bound. A scan that wants more rows goes on from where it was. */
const MOST_EF_SEARCH = 1000
const LEAST_EF_SEARCH = 100

/** Over connections that read. */
export const chunkIndexOver = (reading: Reading): ChunkIndex => ({
  async state(source, dimension) {
    const index = await readyIndex(reading.db, source)
    return index?.dimension === dimension
      ? { version: index.version, chunkCount: index.chunk_count }
      : undefined
  },

  nearest: (source, query) =>
    inIndex(reading, async (db) => {
      if (!(await readyIndex(db, source))) return undefined
      const ids = await nearestIds(db, source.bucketId, query)
      const isShort = ids.length < query.count && ids.length < (await countMatching(db, source, query))
      return isShort ? undefined : await chunksAt(db, source, ids)
    }),

  nearestOfFiles: (source, query) =>
    inIndex(reading, async (db) => {
      if (!(await readyIndex(db, source))) return undefined
      return await chunksAt(db, source, await nearestIdsOfFiles(db, source.bucketId, query))
    }),

  chunks: (source, ids) => chunksAt(reading.db, source, ids),

  async chunksOfFiles(source, fileIds) {
    const { rows } = await sql<ChunkRow>`
      select chunk.file_id, chunk.ordinal, bucket_file.key, chunk.vector
        from ${searched(source)} and bucket_file.id = any(${fileIds}::bigint[])`.execute(reading.db)
    return rows.map(chunkOf)
  },

  async files(source) {
    const stored = modelIn('bucket_file.settings_json')
    const { rows } = await sql<{ id: number; key: string; chunk_count: number }>`
      select id, key, chunk_count from bucket_file
       where bucket_id = ${source.bucketId} and chunk_count > 0
         and ${stored.id} = ${source.model.id} and ${stored.revision} = ${source.model.revision}`.execute(
      reading.db,
    )
    return rows.map(({ id, key, chunk_count: chunkCount }) => ({ id, key, chunkCount }))
  },
})

const NO_TABLE = '42P01'

/** Of one moment. Tables are dropped for everybody at once, also for who has read before that there is one. */
async function inIndex<T>(
  reading: Reading,
  read: (db: Db) => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await reading.oneMoment(read)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === NO_TABLE) return undefined
    throw error
  }
}

async function readyIndex(db: Db, { bucketId, model }: Source) {
  return await db
    .selectFrom('vector_index')
    .select(['version', 'dimension', 'chunk_count'])
    .where('bucket_id', '=', bucketId)
    .where('state', '=', 'ready')
    .where('model_id', '=', model.id)
    .where('model_revision', '=', model.revision)
    .executeTakeFirst()
}

interface IdRow {
  file_id: number
  ordinal: number
}

/** By the index and nothing else: PostgreSQL would sort all rows where it thinks that this is cheaper. */
async function nearestIds(db: Db, bucketId: number, query: NearestQuery): Promise<ChunkId[]> {
  const efSearch = Math.min(MOST_EF_SEARCH, Math.max(LEAST_EF_SEARCH, query.count))
  await sql`
    select set_config('hnsw.ef_search', ${String(efSearch)}, true),
           set_config('hnsw.iterative_scan', 'strict_order', true),
           set_config('hnsw.max_scan_tuples', ${String(MOST_ROWS_SEEN)}, true),
           set_config('hnsw.scan_mem_multiplier', '8', true),
           set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
           set_config('enable_sort', 'off', true)`.execute(db)
  const { rows } = await sql<IdRow>`
    select file_id, ordinal from ${indexTable(bucketId)} where ${matching(query)}
     order by vector <#> ${halfVectorOf(query.vector)} limit ${query.count}`.execute(db)
  return rows.map(idOf)
}

/** How many of the chunks that the index has are wanted. */
async function countMatching(db: Db, { bucketId }: Source, query: NearestQuery): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${indexTable(bucketId)} where ${matching(query)}`.execute(db)
  return rows[0]?.count ?? 0
}

const matching = ({ fileIds, notFileIds }: NearestQuery) => {
  const isNone = sql`not file_id = any(${notFileIds}::bigint[])`
  return fileIds ? sql`file_id = any(${fileIds}::bigint[]) and ${isNone}` : isNone
}

async function nearestIdsOfFiles(
  db: Db,
  bucketId: number,
  { vector, fileIds, most }: { vector: Float32Array; fileIds: readonly number[]; most: number },
): Promise<ChunkId[]> {
  const { rows } = await sql<IdRow>`
    select file_id, ordinal from (
      select file_id, ordinal,
             row_number() over (partition by file_id order by vector <#> ${halfVectorOf(vector)}) as place
        from ${indexTable(bucketId)} where file_id = any(${fileIds}::bigint[])) as ranked
     where place <= ${most}`.execute(db)
  return rows.map(idOf)
}

interface ChunkRow extends IdRow {
  key: string
  vector: Uint8Array
}

/** A file that changed meanwhile has other chunks by these numbers: as good as any other, with vectors of their own. */
async function chunksAt(db: Db, source: Source, ids: readonly ChunkId[]): Promise<IndexedChunk[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<ChunkRow>`
    select chunk.file_id, chunk.ordinal, bucket_file.key, chunk.vector
      from ${searched(source)}
       and (chunk.file_id, chunk.ordinal) in (
         select * from unnest(${ids.map(({ fileId }) => fileId)}::bigint[],
                              ${ids.map(({ ordinal }) => ordinal)}::bigint[]))`.execute(db)
  return rows.map(chunkOf)
}

const searched = ({ bucketId, model }: Source) => {
  const stored = modelIn('bucket_file.settings_json')
  return sql`bucket_file
        join chunk on chunk.file_id = bucket_file.id and chunk.generation = bucket_file.generation
       where bucket_file.bucket_id = ${bucketId}
         and ${stored.id} = ${model.id} and ${stored.revision} = ${model.revision}`
}

const idOf = ({ file_id: fileId, ordinal }: IdRow): ChunkId => ({ fileId, ordinal })

const chunkOf = (row: ChunkRow): IndexedChunk => ({
  ...idOf(row),
  key: row.key,
  vector: float32Of(row.vector),
})
