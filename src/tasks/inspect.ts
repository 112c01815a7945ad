import { EmbedlineError } from '../domain/errors.ts'
import type { MediaFacts } from '../domain/media.ts'
import type { Asset } from '../domain/task.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { settle } from '../queue/settle.ts'
import { wakeAsset } from '../queue/wakeAsset.ts'
import { getAsset, setAssetReady } from '../store/assets.ts'
import { isSubtitles, mimeTypeOfMedia, mimeTypeOfName } from './mimeType.ts'
import type { TaskParts } from './parts.ts'
import { sideCarOf } from './transcript/sideCar.ts'

/** Looks into an uploaded asset, makes it ready with what was found, and wakes the plans that wait for it. */
export async function inspectAsset(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const found = await getAsset(parts.store.read, item.accountId, item.assetId ?? '')
  const seen = found && (await lookIntoBytes(parts, found, signal))
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await settle(db, item, { state: 'done', nowMs }))) return
    // Deleted meanwhile: a plan that waits for it looks into the bytes by itself.
    if (found && seen) await setAssetReady(db, found.asset.id, { ...seen, nowMs })
    if (item.assetId !== undefined) await wakeAsset(db, item.assetId, nowMs)
  })
  parts.wake()
}

interface Seen {
  /** Of media. */
  facts?: MediaFacts
  mimeType: string
}

async function lookIntoBytes(
  parts: TaskParts,
  { asset, objectHash: hash }: { asset: Asset; objectHash?: string },
  signal: AbortSignal,
): Promise<Seen | undefined> {
  if (hash === undefined) return undefined
  const bytes = { accountId: asset.accountId, hash }
  return parts.objects.useFile(bytes, signal, (file) => lookInto(parts, asset, file, signal))
}

async function lookInto(parts: TaskParts, asset: Asset, file: string, signal: AbortSignal): Promise<Seen> {
  const { filename } = asset
  const named = mimeTypeOfName(filename)
  const holdsSubtitles = isSubtitles(named) || sideCarOf(asset) !== undefined
  try {
    const facts = await parts.compute.inspect(file, signal)
    if (!facts.document || !holdsSubtitles) return { facts, mimeType: mimeTypeOfMedia(facts, filename) }
  } catch (failure) {
    const isNoMedia = failure instanceof EmbedlineError && failure.code === 'media_unreadable'
    if (!isNoMedia || !holdsSubtitles) throw failure
  }
  await parts.compute.readSubtitles(file, filename, signal)
  return { mimeType: isSubtitles(named) ? named : mimeTypeOfName('.srt') }
}
