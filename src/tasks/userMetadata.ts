import { EmbedlineError } from '../domain/errors.ts'
import { inLimit } from '../domain/limitFacts.ts'
import type { UserMetadata } from '../domain/task.ts'
import { getAsset, setUserMetadata } from '../store/assets.ts'
import { lockRow } from '../store/locks.ts'
import type { TaskParts } from './parts.ts'

/**
 * Keeps with an asset what `change` makes of its metadata, in one step; nothing at all counts as none. False when the
 * account has no such asset. Throws `too_large`.
 */
export const changeUserMetadata = (
  parts: TaskParts,
  accountId: string,
  { id, change }: { id: string; change: (before: UserMetadata) => UserMetadata },
): Promise<boolean> =>
  parts.store.write(async (db) => {
    await lockRow(db, 'asset', id)
    const found = await getAsset(db, accountId, id)
    if (!found) return false
    const after = change(found.asset.userMetadata ?? {})
    checkUserMetadata(parts, after)
    const userMetadata = Object.keys(after).length === 0 ? undefined : after
    await setUserMetadata(db, id, { userMetadata, nowMs: parts.clock.nowMs() })
    return true
  })

/** Throws `too_large` for more metadata than an asset may have. */
export function checkUserMetadata({ limits }: Pick<TaskParts, 'limits'>, userMetadata: UserMetadata): void {
  if (Buffer.byteLength(JSON.stringify(userMetadata)) > limits.userMetadataBytes)
    throw new EmbedlineError(
      'too_large',
      `More than ${limits.userMetadataBytes} bytes are not kept${inLimit('userMetadataBytes')}.`,
      {
        field: 'userMetadata',
      },
    )
}
