import { createHash, timingSafeEqual } from 'node:crypto'
import type { Account } from '../domain/task.ts'
import { accountOfKey } from '../store/accounts.ts'
import type { TaskParts } from './parts.ts'

/** SHA-256 of a key, hex: all that is ever stored of it. */
export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex')

/** The account that a key belongs to. The lookup is by hash, and the hashes are compared in constant time. */
export async function authenticate(
  parts: Pick<TaskParts, 'store'>,
  key: string,
): Promise<Account | undefined> {
  const hash = hashKey(key)
  const found = await accountOfKey(parts.store.read, hash)
  if (!found || !timingSafeEqual(Buffer.from(found.hash), Buffer.from(hash))) return undefined
  return { ...found.account, keyHash: hash }
}
