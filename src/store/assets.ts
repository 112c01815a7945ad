import { sql } from 'kysely'
import type { MediaFacts } from '../domain/media.ts'
import type { AssetRow, Db } from '../domain/tables.ts'
import type { Asset, Failure, Page, UserMetadata } from '../domain/task.ts'
import { failureColumns, failureOf } from '../domain/failure.ts'
import { newestPage, type PageRequest } from './page.ts'

export interface NewAsset {
  id: string
  accountId: string
  method: Asset['method']
  filename: string
  mimeType: string
  /** What is stored, with the SHA-256 of it in hex; the caller has added the reference. Absent: it is still to be fetched. */
  bytes?: { hash: string; sizeBytes: number }
  userMetadata?: UserMetadata
  wantsThumbnail: boolean
  nowMs: number
}

/** Adds an asset that is still to be looked at. */
export async function insertAsset(db: Db, asset: NewAsset): Promise<Asset> {
  const row: AssetRow = {
    id: asset.id,
    account_id: asset.accountId,
    state: 'processing',
    method: asset.method,
    filename: asset.filename,
    mime_type: asset.mimeType,
    size_bytes: asset.bytes?.sizeBytes ?? 0,
    object_hash: asset.bytes?.hash ?? null,
    facts_json: null,
    user_metadata_json: asset.userMetadata ? JSON.stringify(asset.userMetadata) : null,
    ...failureColumns(undefined),
    created_ms: asset.nowMs,
    updated_ms: asset.nowMs,
    wants_thumbnail: Number(asset.wantsThumbnail),
  }
  await db.insertInto('asset').values(row).execute()
  return assetOf(row)
}

/** The asset of the account, and the SHA-256 of its bytes once it has them. */
export async function getAsset(
  db: Db,
  accountId: string,
  id: string,
): Promise<{ asset: Asset; objectHash?: string } | undefined> {
  const row = await db
    .selectFrom('asset')
    .selectAll()
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row && { asset: assetOf(row), ...(row.object_hash !== null && { objectHash: row.object_hash }) }
}

/** Assets that came before a time and are not being looked at, the oldest first. */
export const assetsBefore = (
  db: Db,
  untilMs: number,
  limit: number,
): Promise<{ id: string; accountId: string }[]> =>
  db
    .selectFrom('asset')
    .select(['id', 'account_id as accountId'])
    .where('created_ms', '<=', untilMs)
    .where('state', '<>', 'processing')
    .orderBy('created_ms')
    .limit(limit)
    .execute()

export interface AssetFilter extends PageRequest {
  ids?: readonly string[]
  /** Whole types or their beginnings: `video/mp4`, `video/`. One of them must fit. */
  mimeTypes?: readonly string[]
  /** Part of the name, in any case of ASCII letters. */
  filename?: string
}

/** A page of the account's assets, newest first. */
export async function listAssets(db: Db, accountId: string, filter: AssetFilter): Promise<Page<Asset>> {
  const { ids, mimeTypes, filename } = filter
  let matching = db.selectFrom('asset').where('account_id', '=', accountId)
  if (ids) matching = matching.where('id', 'in', ids)
  if (mimeTypes)
    matching = matching.where((row) =>
      row.or(mimeTypes.map((prefix) => row(sql`substr(mime_type, 1, ${prefix.length})`, '=', prefix))),
    )
  if (filename !== undefined)
    matching = matching.where(sql<boolean>`instr(lower(filename), lower(${filename})) > 0`)
  const { rows, total } = await newestPage(db, matching.selectAll(), filter)
  return { rows: rows.map(assetOf), total }
}

/** Gives an asset the bytes that were fetched for it; the caller has added the reference. False when it is gone. */
export async function setAssetBytes(
  db: Db,
  id: string,
  { bytes, nowMs }: { bytes: { hash: string; sizeBytes: number }; nowMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('asset')
    .set({ object_hash: bytes.hash, size_bytes: bytes.sizeBytes, updated_ms: nowMs })
    .where('id', '=', id)
    .where('state', '=', 'processing')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Keeps what was found in the asset, if it is media. Does nothing unless it is still `processing`. */
export async function setAssetReady(
  db: Db,
  id: string,
  { facts, mimeType, nowMs }: { facts?: MediaFacts; mimeType: string; nowMs: number },
): Promise<void> {
  await db
    .updateTable('asset')
    .set({
      state: 'ready',
      ...(facts && { facts_json: JSON.stringify(facts) }),
      mime_type: mimeType,
      updated_ms: nowMs,
    })
    .where('id', '=', id)
    .where('state', '=', 'processing')
    .execute()
}

/** Keeps why the asset cannot be used. Does nothing unless it is still `processing`. */
export async function setAssetFailed(
  db: Db,
  id: string,
  { failure, nowMs }: { failure: Failure; nowMs: number },
): Promise<void> {
  await db
    .updateTable('asset')
    .set({ state: 'failed', ...failureColumns(failure), updated_ms: nowMs })
    .where('id', '=', id)
    .where('state', '=', 'processing')
    .execute()
}

/** Keeps other metadata with the asset; undefined: none. */
export async function setUserMetadata(
  db: Db,
  id: string,
  { userMetadata, nowMs }: { userMetadata: UserMetadata | undefined; nowMs: number },
): Promise<void> {
  await db
    .updateTable('asset')
    .set({ user_metadata_json: userMetadata ? JSON.stringify(userMetadata) : null, updated_ms: nowMs })
    .where('id', '=', id)
    .execute()
}

/**
 * Removes the row; the reference to its bytes is the caller's to drop. False when the account has no such asset, or its
 * bytes are others than `objectHash`.
 */
export async function removeAsset(
  db: Db,
  accountId: string,
  { id, objectHash }: { id: string; objectHash: string | undefined },
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('asset')
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('object_hash', objectHash === undefined ? 'is' : '=', objectHash ?? null)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

function assetOf(row: AssetRow): Asset {
  const failure = failureOf(row)
  return {
    id: row.id,
    accountId: row.account_id,
    state: row.state,
    method: row.method,
    filename: row.filename,
    mimeType: row.mime_type,
    sizeBytes: row.size_bytes,
    ...(row.facts_json !== null && { facts: JSON.parse(row.facts_json) as MediaFacts }),
    ...(row.user_metadata_json !== null && {
      userMetadata: JSON.parse(row.user_metadata_json) as UserMetadata,
    }),
    wantsThumbnail: row.wants_thumbnail === 1,
    ...(failure && { failure }),
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  }
}
