import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { ModelPin } from '../domain/model.ts'
import { toStorageError } from './storageError.ts'
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
  pages: Iterable<readonly SearchRow[]>
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
  close(): void
}

const PAGE_BYTES = 1024 * 1024

const VERSION = `select version from embedded_bucket where id = ? and removed_ms is null`

const DROPPED = `
  select file_id as id from removed_file where bucket_id = ?1 and version > ?2
  union all
  select id from bucket_file where bucket_id = ?1 and version > ?2`

const ROWS = `
  select chunk.file_id, chunk.ordinal, bucket_file.key, chunk.vector, chunk.terms_json
    from bucket_file
    join chunk on chunk.file_id = bucket_file.id and chunk.generation = bucket_file.generation
   where bucket_file.bucket_id = ? and bucket_file.version > ?
     and json_extract(bucket_file.settings_json, '$.model.id') = ?
     and json_extract(bucket_file.settings_json, '$.model.revision') = ?
   order by bucket_file.version, bucket_file.id, chunk.ordinal`

interface Row {
  file_id: number
  ordinal: number
  key: string
  vector: Uint8Array
  terms_json: string
}

/** Opens a read-only connection to the database, for the thread that searches; whoever opened it closes it. */
export function openLoader({ file }: { file: string }): SearchLoader {
  const database = attempt(file, () => new DatabaseSync(file, { readOnly: true, timeout: 5_000 }))
  const versionOf = database.prepare(VERSION)
  const dropped = database.prepare(DROPPED)
  const rows = database.prepare(ROWS)
  return {
    ...taskVectorsLoader(database, file),
    async changes(source, since, take) {
      const { bucketId } = source
      attempt(file, () => database.exec('begin'))
      try {
        const found = attempt(file, () => versionOf.get(bucketId)) as { version: number } | undefined
        if (!found) return false
        await take({
          version: found.version,
          dropped: since === 0 ? [] : attempt(file, () => idsOf(dropped, bucketId, since)),
          pages: pagesOf(rows, source, since),
        })
        return true
      } finally {
        database.exec('rollback')
      }
    },
    close: () => database.close(),
  }
}

const idsOf = (statement: StatementSync, bucketId: number, since: number): number[] =>
  (statement.all(bucketId, since) as unknown as { id: number }[]).map(({ id }) => id)

function* pagesOf(
  statement: StatementSync,
  { bucketId, model }: SearchSource,
  since: number,
): Generator<readonly SearchRow[]> {
  let page: SearchRow[] = []
  let bytes = 0
  const found = statement.iterate(bucketId, since, model.id, model.revision) as Iterable<unknown>
  for (const row of found as Iterable<Row>) {
    page.push({
      fileId: row.file_id,
      ordinal: row.ordinal,
      key: row.key,
      vector: float32Of(row.vector),
      termsJson: row.terms_json,
    })
    bytes += row.vector.length + row.terms_json.length
    if (bytes < PAGE_BYTES) continue
    yield page
    page = []
    bytes = 0
  }
  if (page.length > 0) yield page
}

function attempt<T>(file: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw toStorageError(error, file)
  }
}
