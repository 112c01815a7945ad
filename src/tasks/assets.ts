import type { Account, Asset, Page } from '../domain/task.ts'
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
import type { TaskParts } from './parts.ts'
import { dropBytes, keepBytes } from './storedBytes.ts'

export interface AssetOrder {
  received: ReceivedBytes
  filename: string
  userMetadata?: Readonly<Record<string, string | number | boolean>>
}

/** Takes finished bytes as an asset of the account. It is `processing` until a compute child has looked at it. */
export async function createAsset(parts: TaskParts, account: Account, order: AssetOrder): Promise<Asset> {
  const asset = await keepBytes(parts, account.id, order.received, async (db) => {
    const nowMs = parts.clock.nowMs()
    const inserted = await insertAsset(db, {
      id: parts.ids.objectId(),
      accountId: account.id,
      method: 'direct',
      filename: order.filename,
      mimeType: mimeTypeOfName(order.filename),
      sizeBytes: order.received.sizeBytes,
      objectHash: order.received.hash,
      ...(order.userMetadata && { userMetadata: order.userMetadata }),
      nowMs,
    })
    await enqueue(db, nowMs, [
      {
        accountId: account.id,
        kind: 'inspect',
        assetId: inserted.id,
        key: 'inspect',
        lane: 0,
        dueMs: nowMs,
        payload: {},
      },
    ])
    return inserted
  })
  parts.wake()
  return asset
}

/** The asset, if the account has one of that id. */
export const getAsset = async (parts: TaskParts, accountId: string, id: string): Promise<Asset | undefined> =>
  (await readAsset(parts.store.read, accountId, id))?.asset

/** A page of the account's assets, newest first. */
export const listAssets = (parts: TaskParts, accountId: string, filter: AssetFilter): Promise<Page<Asset>> =>
  readAssets(parts.store.read, accountId, filter)

/** Removes the asset, and its bytes unless a running task still needs them. False when there was none. */
export async function deleteAsset(parts: TaskParts, accountId: string, id: string): Promise<boolean> {
  const found = await readAsset(parts.store.read, accountId, id)
  if (!found) return false
  return dropBytes(parts, { accountId, hash: found.objectHash }, async (db) => {
    if (!(await removeAsset(db, accountId, id))) return false
    await removeItemsOfAsset(db, id)
    // Nobody looks into it any more: a plan that waits for that looks into the bytes by itself.
    await wakeAsset(db, id, parts.clock.nowMs())
    return true
  })
}
