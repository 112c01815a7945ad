import { hasColumn } from './hasColumn.ts'
import { openSqlite } from './sqlite.ts'

/** Bytes that are stored beside the database, by who refers to them. */
export interface StoredFile {
  accountId: string
  hash: string
  sizeBytes: number
  /** One of the assets that are these bytes. */
  asset?: { id: string; filename: string }
}

interface Row {
  account_id: string
  hash: string
  size_bytes: number
  asset_id: string | null
  filename: string
}

/** All that the database refers to, read without changing anything. Throws `storage_unavailable`. */
export function storedFiles(file: string): StoredFile[] {
  const database = openSqlite(file, { readOnly: true })
  try {
    if (!hasColumn(database, 'object', 'size_bytes') || !hasColumn(database, 'asset', 'object_hash'))
      return []
    const { rows } = database.execute(
      `select object.account_id, hash, object.size_bytes, min(asset.id) as asset_id, filename
         from object left join asset on asset.account_id = object.account_id and asset.object_hash = hash
        group by object.account_id, hash`,
    )
    return (rows as unknown as Row[]).map((row) => ({
      accountId: row.account_id,
      hash: row.hash,
      sizeBytes: row.size_bytes,
      ...(row.asset_id !== null && { asset: { id: row.asset_id, filename: row.filename } }),
    }))
  } finally {
    database.close()
  }
}
