import type { DatabaseSync } from 'node:sqlite'
import { float32Of } from './vectorBytes.ts'

/** A chunk as a search holds it. */
export interface SearchRow {
  fileId: number
  /** Of the chunk in its file. */
  ordinal: number
  vector: Float32Array
  /** How often each stem stands in the chunk. */
  terms: Readonly<Record<string, number>>
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

const PAGE_BYTES = 1024 * 1024

const VERSION = `select version from embedded_bucket where id = ? and removed_ms is null`

const DROPPED = `
  select file_id from removed_file where bucket_id = ?1 and version > ?2
  union all
  select id from bucket_file where bucket_id = ?1 and version > ?2`

const ROWS = `
  select chunk.file_id, chunk.ordinal, chunk.vector, chunk.terms_json
    from bucket_file
    join chunk on chunk.file_id = bucket_file.id and chunk.generation = bucket_file.generation
   where bucket_file.bucket_id = ? and bucket_file.version > ?
   order by bucket_file.version, bucket_file.id, chunk.ordinal`

interface Row {
  file_id: number
  ordinal: number
  vector: Uint8Array
  terms_json: string
}

/**
 * Prepares to read what searches hold, from a connection of its own that nobody else uses: `changes` runs in a read
 * transaction, so that all of it is of one moment. For a thread with a read-only connection.
 */
export function searchReader(database: DatabaseSync): {
  /**
   * Hands the changes of a bucket since a version (0: all of it) to `take`, while they can be read. False, and `take`
   * is not called, when there is no such embedding.
   */
  changes(bucketId: number, sinceVersion: number, take: (changes: SearchChanges) => void): boolean
} {
  const versionOf = database.prepare(VERSION)
  const dropped = database.prepare(DROPPED)
  const rows = database.prepare(ROWS)
  return {
    changes(bucketId, since, take) {
      database.exec('begin')
      try {
        const found = versionOf.get(bucketId) as { version: number } | undefined
        if (!found) return false
        take({
          version: found.version,
          dropped:
            since === 0 ? [] : dropped.all(bucketId, since).map((row) => Number(Object.values(row)[0])),
          pages: pagesOf(rows.iterate(bucketId, since) as Iterable<unknown> as Iterable<Row>),
        })
        return true
      } finally {
        database.exec('rollback')
      }
    },
  }
}

function* pagesOf(rows: Iterable<Row>): Generator<readonly SearchRow[], void> {
  let page: SearchRow[] = []
  let bytes = 0
  for (const row of rows) {
    page.push({
      fileId: row.file_id,
      ordinal: row.ordinal,
      vector: float32Of(row.vector),
      terms: JSON.parse(row.terms_json) as SearchRow['terms'],
    })
    bytes += row.vector.length + row.terms_json.length
    if (bytes < PAGE_BYTES) continue
    yield page
    page = []
    bytes = 0
  }
  if (page.length > 0) yield page
}
