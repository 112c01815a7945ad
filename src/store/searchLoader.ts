import type { ModelPin } from '../domain/model.ts'
import type { Db } from '../domain/tables.ts'
import type { StoreLocation } from './location.ts'
import type { ChunkIndex } from './postgres/vectorIndex/chunkIndex.ts'
import { modelIn, openReading, ROWS_A_FETCH, type Reading } from './reading.ts'
import { pagesOf } from './rowPages.ts'
import { taskVectorsLoader, type TaskVectorsLoader } from './taskVectorsLoader.ts'
import { float32Of } from './vectorBytes.ts'

/** The chunks of a bucket that one model embedded. */
export interface SearchSource {
  bucketId: number
  model: ModelPin
}

/** A chunk as a search holds it. */
export interface SearchRow {
  fileId: number
  /** Of the chunk in its file. */
  ordinal: number
  /** Of its file. */
  key: string
  /** Unit length. */
  vector: Float32Array
  /** How often each stem stands in the chunk, as JSON. */
  termsJson: string
}

/** What has changed in a bucket, for those who hold its chunks in memory. */
export interface SearchChanges {
  /** What one holds when all of it is taken in: to be said when asking the next time. */
  version: number
  /** Files of which nothing that is held counts any more: they are gone, or their chunks come anew. */
  dropped: readonly number[]
  /** The chunks that come anew, file by file, in pages of about a megabyte. Each is read when it is asked for. */
  pages: AsyncIterable<readonly SearchRow[]>
}

export interface SearchLoader extends TaskVectorsLoader {
  /**
   * Hands the changes of a bucket since a version (0: all of it) to `take`, which reads them before it ends. They are
   * of one moment, whatever is written meanwhile; files that another model embedded have no chunks in them. False, and
   * `take` is not called, when there is no such embedding. One call at a time. Throws `storage_unavailable`.
   */
  changes(
    source: SearchSource,
    sinceVersion: number,
    take: (changes: SearchChanges) => Promise<void>,
  ): Promise<boolean>
  /** Absent where the database has no indexes of neighbours. */
  index?: ChunkIndex
  close(): Promise<void>
}

/** Opens read-only connections to the database, for the thread that searches; whoever opened it closes it. */
export async function openLoader(location: StoreLocation): Promise<SearchLoader> {
  const reading = await openReading(location)
  if (!('url' in location)) return loaderOver(reading)
  const { chunkIndexOver } = await import('./postgres/vectorIndex/chunkIndex.ts')
  return loaderOver(reading, chunkIndexOver(reading))
}

/** The same over connections that are open; its `close` closes them. */
export function loaderOver(reading: Reading, index?: ChunkIndex): SearchLoader {
  return {
    ...taskVectorsLoader(reading),
    ...(index && { index }),
    changes: (source, since, take) =>
      reading.oneMoment(async (db) => {
        const { bucketId } = source
        const found = await db
          .selectFrom('embedded_bucket')
          .select('version')
          .where('id', '=', bucketId)
          .where('removed_ms', 'is', null)
          .executeTakeFirst()
        if (!found) return false
        await take({
          version: found.version,
          dropped: since === 0 ? [] : await droppedFiles(db, bucketId, since),
          pages: pagesOf(chunksSince(db, source, since), searchRowOf),
        })
        return true
      }),
    close: () => reading.close(),
  }
}

async function droppedFiles(db: Db, bucketId: number, since: number): Promise<number[]> {
  const rows = await db
    .selectFrom('removed_file')
    .select('file_id as id')
    .where('bucket_id', '=', bucketId)
    .where('version', '>', since)
    .unionAll(
      db
        .selectFrom('bucket_file')
        .select('id')
        .where('bucket_id', '=', bucketId)
        .where('version', '>', since),
    )
    .execute()
  return rows.map(({ id }) => id)
}

function chunksSince(db: Db, { bucketId, model }: SearchSource, since: number): AsyncIterable<Row> {
  const stored = modelIn('bucket_file.settings_json')
  return db
    .selectFrom('bucket_file')
    .innerJoin('chunk', (join) =>
      join
        .onRef('chunk.file_id', '=', 'bucket_file.id')
        .onRef('chunk.generation', '=', 'bucket_file.generation'),
    )
    .select(['chunk.file_id', 'chunk.ordinal', 'bucket_file.key', 'chunk.vector', 'chunk.terms_json'])
    .where('bucket_file.bucket_id', '=', bucketId)
    .where('bucket_file.version', '>', since)
    .where(stored.id, '=', model.id)
    .where(stored.revision, '=', model.revision)
    .orderBy('bucket_file.version')
    .orderBy('bucket_file.id')
    .orderBy('chunk.ordinal')
    .stream(ROWS_A_FETCH)
}

interface Row {
  file_id: number
  ordinal: number
  key: string
  vector: Uint8Array
  terms_json: string
}

const searchRowOf = (row: Row) => ({
  entry: {
    fileId: row.file_id,
    ordinal: row.ordinal,
    key: row.key,
    vector: float32Of(row.vector),
    termsJson: row.terms_json,
  },
  sizeBytes: row.vector.length + row.terms_json.length,
})
