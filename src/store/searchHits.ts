import { sql } from 'kysely'
import type { Place } from '../domain/document.ts'
import type { Db } from '../domain/tables.ts'

/** What is told of a chunk that a search found. */
export interface StoredHit {
  fileId: number
  ordinal: number
  key: string
  /** Of a page that was crawled. */
  sourceUrl?: string
  checksum: string
  text: string
  place: Place
}

/** The chunks found, in no order; those whose file has changed since the bucket had this version are left out. */
export async function readHits(
  db: Db,
  hits: readonly { fileId: number; ordinal: number }[],
  version: number,
): Promise<StoredHit[]> {
  if (hits.length === 0) return []
  const names = hits.map(
    ({ fileId, ordinal }) => sql`(cast(${fileId} as bigint), cast(${ordinal} as bigint))`,
  )
  const rows = await db
    .selectFrom('chunk')
    .innerJoin('bucket_file', (join) =>
      join
        .onRef('bucket_file.id', '=', 'chunk.file_id')
        .onRef('bucket_file.generation', '=', 'chunk.generation'),
    )
    .select(['file_id', 'ordinal', 'key', 'source_url', 'checksum', 'text', 'place_json'])
    .where('bucket_file.version', '<=', version)
    .where(sql<boolean>`(file_id, ordinal) in (values ${sql.join(names)})`)
    .execute()
  return rows.map((row) => ({
    fileId: row.file_id,
    ordinal: row.ordinal,
    key: row.key,
    ...(row.source_url !== null && { sourceUrl: row.source_url }),
    checksum: row.checksum ?? '',
    text: row.text,
    place: JSON.parse(row.place_json) as Place,
  }))
}
