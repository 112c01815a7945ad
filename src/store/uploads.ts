import type { UploadState } from '../domain/states.ts'
import type { Db, UploadRow } from '../domain/tables.ts'
import type { Page, UserMetadata } from '../domain/task.ts'
import type { Upload } from '../domain/upload.ts'
import { newestPage, type PageRequest } from './page.ts'

/** Adds an upload that takes parts from now on. */
export async function insertUpload(
  db: Db,
  { nowMs, ...upload }: Omit<Upload, 'state' | 'createdMs' | 'updatedMs'> & { nowMs: number },
): Promise<Upload> {
  const row: UploadRow = {
    id: upload.id,
    account_id: upload.accountId,
    asset_id: upload.assetId,
    state: 'active',
    filename: upload.filename,
    user_metadata_json: upload.userMetadata ? JSON.stringify(upload.userMetadata) : null,
    wants_thumbnail: Number(upload.wantsThumbnail),
    total_bytes: upload.totalBytes,
    part_bytes: upload.partBytes,
    created_ms: nowMs,
    updated_ms: nowMs,
    expires_ms: upload.expiresMs,
  }
  await db.insertInto('upload').values(row).execute()
  return uploadOf(row)
}

/** The upload, if the account has one of that id. */
export async function getUpload(db: Db, accountId: string, id: string): Promise<Upload | undefined> {
  const row = await db
    .selectFrom('upload')
    .selectAll()
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row && uploadOf(row)
}

/** The upload, whoever it belongs to. */
export async function findUpload(db: Db, id: string): Promise<Upload | undefined> {
  const row = await db.selectFrom('upload').selectAll().where('id', '=', id).executeTakeFirst()
  return row && uploadOf(row)
}

/** The upload that becomes, or became, the asset of the account. */
export async function uploadOfAsset(db: Db, accountId: string, assetId: string): Promise<Upload | undefined> {
  const row = await db
    .selectFrom('upload')
    .selectAll()
    .where('asset_id', '=', assetId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row && uploadOf(row)
}

/** A page of the account's uploads that still take parts at `nowMs`, newest first. */
export async function listActiveUploads(
  db: Db,
  accountId: string,
  { nowMs, ...request }: PageRequest & { nowMs: number },
): Promise<Page<Upload>> {
  const matching = activeUploads(db, accountId, nowMs)
  const { rows, total } = await newestPage(db, matching.selectAll(), request)
  return { rows: rows.map(uploadOf), total }
}

/** How many of the account's uploads still take parts at `nowMs`. */
export async function countActiveUploads(db: Db, accountId: string, nowMs: number): Promise<number> {
  const { count } = await activeUploads(db, accountId, nowMs)
    .select((row) => row.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** How many bytes the account's uploads that still take parts at `nowMs` may bring yet. */
export async function outstandingBytes(db: Db, accountId: string, nowMs: number): Promise<number> {
  const active = activeUploads(db, accountId, nowMs)
  const { announced } = await active
    .select((row) => row.fn.coalesce(row.fn.sum<number>('total_bytes'), row.lit(0)).as('announced'))
    .executeTakeFirstOrThrow()
  const { written } = await db
    .selectFrom('upload_part')
    .where('upload_id', 'in', active.select('id'))
    .select((row) => row.fn.coalesce(row.fn.sum<number>('size_bytes'), row.lit(0)).as('written'))
    .executeTakeFirstOrThrow()
  return announced - written
}

/** Moves an upload from one state to the next. False when it was not, or no more, in that state. */
export async function moveUpload(
  db: Db,
  id: string,
  { from, to, nowMs }: { from: UploadState; to: UploadState; nowMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('upload')
    .set({ state: to, updated_ms: nowMs })
    .where('id', '=', id)
    .where('state', '=', from)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Of these uploads, those whose parts still have to be kept for them. */
export async function uploadsWithParts(db: Db, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('upload')
    .select('id')
    .where('id', 'in', ids)
    .where('state', 'in', ['active', 'received'])
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** Ends the uploads whose time was over at `nowMs`. Returns how many. */
export async function expireActiveUploads(db: Db, nowMs: number, limit: number): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('upload')
    .set({ state: 'expired', updated_ms: nowMs })
    .where('id', 'in', (query) =>
      query
        .selectFrom('upload')
        .select('id')
        .where('expires_ms', '<=', nowMs)
        .where('state', '=', 'active')
        .limit(limit),
    )
    // It may have been completed since it was found.
    .where('state', '=', 'active')
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Uploads that are over and whose time was over at `beforeMs`. */
export async function oldUploads(db: Db, beforeMs: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('upload')
    .select('id')
    .where('expires_ms', '<=', beforeMs)
    .where('state', 'in', ['stored', 'abandoned', 'expired'])
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Removes an upload; its parts must be gone. */
export async function removeUpload(db: Db, id: string): Promise<void> {
  await db.deleteFrom('upload').where('id', '=', id).execute()
}

const activeUploads = (db: Db, accountId: string, nowMs: number) =>
  db
    .selectFrom('upload')
    .where('account_id', '=', accountId)
    .where('state', '=', 'active')
    .where('expires_ms', '>', nowMs)

const uploadOf = (row: UploadRow): Upload => ({
  id: row.id,
  accountId: row.account_id,
  assetId: row.asset_id,
  state: row.state,
  filename: row.filename,
  ...(row.user_metadata_json !== null && {
    userMetadata: JSON.parse(row.user_metadata_json) as UserMetadata,
  }),
  wantsThumbnail: row.wants_thumbnail === 1,
  totalBytes: row.total_bytes,
  partBytes: row.part_bytes,
  createdMs: row.created_ms,
  updatedMs: row.updated_ms,
  expiresMs: row.expires_ms,
})
