import type { MediaFacts } from '../domain/media.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { settle } from '../queue/settle.ts'
import { wakeAsset } from '../queue/wakeAsset.ts'
import { getAsset, setAssetReady } from '../store/assets.ts'
import { mimeTypeOfMedia } from './mimeType.ts'
import type { TaskParts } from './parts.ts'

/** Looks into an uploaded asset, makes it ready with what was found, and wakes the plans that wait for it. */
export async function inspectAsset(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const found = await getAsset(parts.store.read, item.accountId, item.assetId ?? '')
  const facts =
    found && (await parts.compute.inspect(parts.objects.path(item.accountId, found.objectHash), signal))
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await settle(db, item, { state: 'done', nowMs }))) return
    if (!found || !facts) return // deleted meanwhile
    await setAssetReady(db, found.asset.id, {
      facts,
      mimeType: mimeTypeOfMedia(facts, found.asset.filename),
      nowMs,
    })
    await wakeAsset(db, found.asset.id, nowMs)
  })
  parts.wake()
}

/** The facts of an asset that is ready. */
export async function readyFacts(
  parts: TaskParts,
  accountId: string,
  assetId: string,
): Promise<MediaFacts | undefined> {
  return (await getAsset(parts.store.read, accountId, assetId))?.asset.facts
}
