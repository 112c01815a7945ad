import type { ClaimedItem } from '../queue/claim.ts'
import { settle } from '../queue/settle.ts'
import { wakeAsset } from '../queue/wakeAsset.ts'
import { getAsset, setAssetReady } from '../store/assets.ts'
import { mimeTypeOfMedia } from './mimeType.ts'
import type { TaskParts } from './parts.ts'

/** Looks into an uploaded asset, makes it ready with what was found, and wakes the plans that wait for it. */
export async function inspectAsset(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const found = await getAsset(parts.store.read, item.accountId, item.assetId ?? '')
  const hash = found?.objectHash
  const facts =
    hash === undefined
      ? undefined
      : await parts.compute.inspect(parts.objects.path(item.accountId, hash), signal)
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await settle(db, item, { state: 'done', nowMs }))) return
    // Deleted meanwhile: a plan that waits for it looks into the bytes by itself.
    if (found && facts)
      await setAssetReady(db, found.asset.id, {
        facts,
        mimeType: mimeTypeOfMedia(facts, found.asset.filename),
        nowMs,
      })
    if (item.assetId !== undefined) await wakeAsset(db, item.assetId, nowMs)
  })
  parts.wake()
}
