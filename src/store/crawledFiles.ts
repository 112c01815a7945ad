import type { BucketFileRow, Db } from '../domain/tables.ts'

/** What is known of an object under whose key a page may be stored. */
export interface PageFile {
  id: number
  key: string
  state: BucketFileRow['state']
  sizeBytes: number
  changeToken: string
  /** BucketSettings with which it was embedded, as JSON. */
  settingsJson: string | null
  /** MD5 of what is embedded, hex. */
  checksum: string | null
  /** The address of the page that was stored here before. */
  sourceUrl: string | null
}

/** Those files of the bucket that have one of these keys. */
export async function pageFiles(db: Db, bucketId: number, keys: readonly string[]): Promise<PageFile[]> {
  const rows = await db
    .selectFrom('bucket_file')
    .select(['id', 'key', 'state', 'size_bytes', 'change_token', 'settings_json', 'checksum', 'source_url'])
    .where('bucket_id', '=', bucketId)
    .where('key', 'in', keys)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    key: row.key,
    state: row.state,
    sizeBytes: row.size_bytes,
    changeToken: row.change_token,
    settingsJson: row.settings_json,
    checksum: row.checksum,
    sourceUrl: row.source_url,
  }))
}

/** From which page the object comes; shown by searches. */
export async function setSourceUrl(db: Db, fileId: number, sourceUrl: string): Promise<void> {
  await db.updateTable('bucket_file').set({ source_url: sourceUrl }).where('id', '=', fileId).execute()
}
