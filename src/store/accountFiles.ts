import type { AccountFile, FilePurpose } from '../domain/batch.ts'
import type { AccountFileRow, Db } from '../domain/tables.ts'

export interface NewFile extends AccountFile {
  /** SHA-256 of the bytes, hex; the caller has added the reference. */
  objectHash: string
}

export async function insertFile(db: Db, { objectHash, ...file }: NewFile): Promise<AccountFile> {
  const row: AccountFileRow = {
    id: file.id,
    account_id: file.accountId,
    filename: file.filename,
    purpose: file.purpose,
    object_hash: objectHash,
    size_bytes: file.sizeBytes,
    created_ms: file.createdMs,
    expires_ms: file.expiresMs,
  }
  await db.insertInto('account_file').values(row).execute()
  return file
}

/** The file of the account with its stored bytes; one whose time is over is not there any more. */
export async function getFile(
  db: Db,
  accountId: string,
  { id, nowMs }: { id: string; nowMs: number },
): Promise<{ file: AccountFile; objectHash: string } | undefined> {
  const row = await db
    .selectFrom('account_file')
    .selectAll()
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('expires_ms', '>', nowMs)
    .executeTakeFirst()
  return row && { file: fileOf(row), objectHash: row.object_hash }
}

export interface FileFilter {
  /** Only what comes after this one, which may be gone. */
  after?: string | undefined
  limit: number
  order: 'asc' | 'desc'
  purposes: readonly FilePurpose[]
  nowMs: number
}

/** The account's files in the order in which they were made, at most `limit`. */
export async function listFiles(
  db: Db,
  accountId: string,
  { after, limit, order, purposes, nowMs }: FileFilter,
): Promise<AccountFile[]> {
  let matching = db
    .selectFrom('account_file')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('purpose', 'in', purposes)
    .where('expires_ms', '>', nowMs)
  if (after !== undefined) matching = matching.where('id', order === 'asc' ? '>' : '<', after)
  return (await matching.orderBy('id', order).limit(limit).execute()).map(fileOf)
}

/** The caller drops the reference to its bytes. False when there is none of that id. */
export async function removeFile(db: Db, id: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('account_file').where('id', '=', id).executeTakeFirst()
  return numDeletedRows > 0n
}

/** Files whose time is over, the longest expired first. */
export const expiredFiles = (
  db: Db,
  nowMs: number,
  limit: number,
): Promise<{ id: string; accountId: string; hash: string }[]> =>
  db
    .selectFrom('account_file')
    .select(['id', 'account_id as accountId', 'object_hash as hash'])
    .where('expires_ms', '<=', nowMs)
    .orderBy('expires_ms')
    .limit(limit)
    .execute()

const fileOf = (row: AccountFileRow): AccountFile => ({
  id: row.id,
  accountId: row.account_id,
  filename: row.filename,
  purpose: row.purpose,
  sizeBytes: row.size_bytes,
  createdMs: row.created_ms,
  expiresMs: row.expires_ms,
})
