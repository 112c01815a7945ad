import { assetsBefore } from '../store/assets.ts'
import { deleteAsset } from './assets.ts'
import type { TaskParts } from './parts.ts'

const ASSETS_AT_A_TIME = 100

/**
 * Removes assets that were kept for as long as the operator has set, at most 100 of them; running tasks keep the bytes
 * that they need. Returns how many went.
 */
export async function expireAssets(parts: TaskParts): Promise<number> {
  if (parts.assetRetentionMs === undefined) return 0
  const untilMs = parts.clock.nowMs() - parts.assetRetentionMs
  const old = await assetsBefore(parts.store.read, untilMs, ASSETS_AT_A_TIME)
  for (const { accountId, id } of old) await deleteAsset(parts, accountId, id)
  return old.length
}
