import { hintOf, type ApiKey } from '../../domain/apiKey.ts'
import { getKey, lastSecretEnd, replaceSecret } from '../../store/apiKeys.ts'
import { lockRow } from '../../store/locks.ts'
import { hashKey } from '../authenticate.ts'
import type { TaskParts } from '../parts.ts'
import type { KeyWithSecret } from './createKey.ts'
import { newSecret } from './newSecret.ts'
import { changeableKey, type KeyHolder } from './ownKey.ts'

export interface RotatedKey extends KeyWithSecret {
  /** Until then secrets that were replaced are taken too; absent: none is. */
  oldUntilMs?: number
}

/**
 * Gives a key another secret. Those before it are taken for `overlapMs` more, or less if that was said before; with 0 they
 * end at once. Of two rotations at the same moment the later one gives the secret that stays. Throws what
 * `changeableKey` throws.
 */
export async function rotateKey(
  parts: Pick<TaskParts, 'store' | 'clock'>,
  by: KeyHolder,
  { id, overlapMs }: { id: string; overlapMs: number },
): Promise<RotatedKey> {
  const secret = newSecret()
  const nowMs = parts.clock.nowMs()
  return parts.store.write(async (db) => {
    await lockRow(db, 'api_key', id)
    const before: ApiKey = await changeableKey(db, by, id, nowMs)
    const endMs = nowMs + overlapMs
    await replaceSecret(db, id, { hash: hashKey(secret), hint: hintOf(secret), endMs, nowMs })
    const oldUntilMs = await lastSecretEnd(db, id, nowMs)
    return {
      key: (await getKey(db, id)) ?? before,
      secret,
      ...(oldUntilMs !== undefined && { oldUntilMs }),
    }
  })
}
