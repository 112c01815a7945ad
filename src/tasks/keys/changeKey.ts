import type { ApiKey } from '../../domain/apiKey.ts'
import { changeKey as writeChange, getKey, setRevoked, type KeyChange } from '../../store/apiKeys.ts'
import { lockRow } from '../../store/locks.ts'
import type { TaskParts } from '../parts.ts'
import { checkEnd, checkOwnLimit } from './createKey.ts'
import { changeableKey, checkScopes, visibleKey, type KeyHolder } from './ownKey.ts'

/** Changes a key, and returns it as it is then. Throws what `changeableKey` and `createKey` throw. */
export async function changeKey(
  parts: Pick<TaskParts, 'store' | 'clock'>,
  by: KeyHolder,
  id: string,
  change: KeyChange,
): Promise<ApiKey> {
  const nowMs = parts.clock.nowMs()
  if (change.scopes) checkScopes(by, change.scopes)
  checkEnd(change.expiresMs, nowMs)
  checkOwnLimit(by, change.requestsPerMinute)
  return parts.store.write(async (db) => {
    await lockRow(db, 'api_key', id)
    const before = await changeableKey(db, by, id, nowMs)
    await writeChange(db, id, change)
    return (await getKey(db, id)) ?? before
  })
}

/**
 * Ends a key for good. Whoever asks with it is refused from the moment in which this is committed. Of one that was
 * revoked before nothing changes. Throws what `changeableKey` throws.
 */
export async function revokeKey(
  parts: Pick<TaskParts, 'store' | 'clock'>,
  by: KeyHolder,
  id: string,
): Promise<void> {
  const nowMs = parts.clock.nowMs()
  await parts.store.write(async (db) => {
    await lockRow(db, 'api_key', id)
    const { revokedMs } = await visibleKey(db, by, id)
    if (revokedMs !== undefined) return
    await changeableKey(db, by, id, nowMs)
    await setRevoked(db, id, nowMs)
  })
}
