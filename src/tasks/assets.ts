import type { Readable } from 'node:stream'
import { EmbedlineError } from '../domain/errors.ts'
import type { Db } from '../domain/tables.ts'
import { consumerOf, type Account, type Asset, type Page, type UserMetadata } from '../domain/task.ts'
import type { ReceivedBytes } from '../objects/objects.ts'
import { enqueue } from '../queue/enqueue.ts'
import { removeItemsOfAsset } from '../queue/removeItems.ts'
import { wakeAsset } from '../queue/wakeAsset.ts'
import {
  getAsset as readAsset,
  insertAsset,
  listAssets as readAssets,
  removeAsset,
  type AssetFilter,
} from '../store/assets.ts'
import { mimeTypeOfName } from './mimeType.ts'
import type { ByteRange, TaskParts } from './parts.ts'
import { inspectItem } from './inspectItem.ts'
import { checkSourceUrl, fetchItem, filenameOfUrl } from './sourceUrl.ts'
import { dropBytes, keepBytes } from './storedBytes.ts'
import { abandonUpload } from './uploads/abandonUpload.ts'
import { uploadFile } from './uploads/uploadFile.ts'

/** Of a file whose name nobody said. */
const UNNAMED = 'file'

export type AssetOrder = ({ received: ReceivedBytes } | { url: string }) & {
  /** Absent or empty: that of the URL, if it has one. */
  filename?: string
  userMetadata?: UserMetadata
  /** Answers shall name a picture of it. */
  wantsThumbnail?: boolean
}

/**
 * Takes finished bytes, or what is to be fetched, as an asset of the account. It is `processing` until its bytes are there
 * and a compute child has looked at them. Throws what `Fetcher.check` throws for a URL, and `disk_full` while
 * no new work is taken.
 */
export async function createAsset(parts: TaskParts, account: Account, order: AssetOrder): Promise<Asset> {
  await parts.disk.admit()
  const asset = await ('url' in order
    ? createFromUrl(parts, account, order, order.url)
    : keepBytes(parts, consumerOf(account), order.received, (db) =>
        insert(parts, db, account, order, { method: 'direct', bytes: order.received }),
      ))
  parts.wake()
  return asset
}

async function createFromUrl(
  parts: TaskParts,
  account: Account,
  order: AssetOrder,
  url: string,
): Promise<Asset> {
  await checkSourceUrl(parts, url)
  return parts.store.write((db) => insert(parts, db, account, order, { method: 'url', url }))
}

type Content = { method: 'direct'; bytes: ReceivedBytes } | { method: 'url'; url: string }

async function insert(parts: TaskParts, db: Db, account: Account, order: AssetOrder, content: Content) {
  const nowMs = parts.clock.nowMs()
  const filename = order.filename || ('url' in content && filenameOfUrl(content.url)) || UNNAMED
  const asset = await insertAsset(db, {
    id: parts.ids.objectId(),
    accountId: account.id,
    method: content.method,
    filename,
    mimeType: mimeTypeOfName(filename),
    ...('bytes' in content && { bytes: content.bytes }),
    ...(order.userMetadata && { userMetadata: order.userMetadata }),
    wantsThumbnail: order.wantsThumbnail ?? false,
    nowMs,
  })
  const owner = { accountId: account.id, assetId: asset.id }
  await enqueue(db, nowMs, [
    'url' in content
      ? fetchItem(owner, { url: content.url, keyId: account.keyId, dueMs: nowMs })
      : inspectItem(owner, { input: content.bytes, dueMs: nowMs }),
  ])
  return asset
}

/** The asset, if the account has one of that id. */
export const getAsset = async (parts: TaskParts, accountId: string, id: string): Promise<Asset | undefined> =>
  (await readAsset(parts.store.read, accountId, id))?.asset

export interface OpenAsset {
  asset: Asset
  /** SHA-256 of the bytes, hex. */
  hash: string
  /** Of all of them the hash is compared, of a range it cannot be. */
  open: (range?: ByteRange) => Promise<Readable>
}

/** The asset and how to read its bytes. Throws `not_found`, also while they have not come. */
export async function openAsset(parts: TaskParts, accountId: string, id: string): Promise<OpenAsset> {
  const found = await readAsset(parts.store.read, accountId, id)
  if (!found) throw new EmbedlineError('not_found', `There is no asset ${id}.`)
  const { asset, objectHash: hash } = found
  if (hash === undefined) throw new EmbedlineError('not_found', `The bytes of asset ${id} are not here yet.`)
  const isAll = (range?: ByteRange) => range?.first === 0 && range.last === asset.sizeBytes - 1
  return {
    asset,
    hash,
    open: (range) => parts.objects.open(accountId, hash, isAll(range) ? undefined : range),
  }
}

/** A page of the account's assets, newest first. */
export const listAssets = (parts: TaskParts, accountId: string, filter: AssetFilter): Promise<Page<Asset>> =>
  readAssets(parts.store.read, accountId, filter)

/**
 * Removes the asset, and its bytes unless a running task still needs them. Of one whose upload is not complete, the upload
 * is given up. False when there was none.
 */
export async function deleteAsset(parts: TaskParts, accountId: string, id: string): Promise<boolean> {
  const uploadId = await parts.store.write((db) =>
    abandonUpload(db, { accountId, assetId: id }, parts.clock.nowMs()),
  )
  const wasThere = await removeWithBytes(parts, accountId, id)
  if (uploadId !== undefined) await parts.objects.forget(uploadFile(uploadId))
  return wasThere || uploadId !== undefined
}

async function removeWithBytes(parts: TaskParts, accountId: string, id: string): Promise<boolean> {
  for (;;) {
    const found = await readAsset(parts.store.read, accountId, id)
    if (!found) return false
    const { objectHash } = found
    const remove = (db: Db) => removeRows(parts, db, accountId, { id, objectHash })
    const isRemoved =
      objectHash === undefined
        ? await parts.store.write(remove)
        : await dropBytes(parts, { accountId, hash: objectHash }, remove)
    // Else its bytes have come this very moment, or somebody else has removed it.
    if (isRemoved) return true
  }
}

async function removeRows(
  parts: TaskParts,
  db: Db,
  accountId: string,
  asset: { id: string; objectHash: string | undefined },
): Promise<boolean> {
  if (!(await removeAsset(db, accountId, asset))) return false
  await removeItemsOfAsset(db, asset.id)
  // Nobody looks into it any more: a plan that waits for that looks into the bytes by itself.
  await wakeAsset(db, asset.id, parts.clock.nowMs())
  return true
}
