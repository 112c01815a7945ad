import { createHash, timingSafeEqual } from 'node:crypto'
import { keyStateAt } from '../domain/apiKey.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { Account } from '../domain/task.ts'
import { findKeyOfSecret, getKey, noteKeyUse, type FoundKey } from '../store/apiKeys.ts'
import type { TaskParts } from './parts.ts'

/** SHA-256 of a key, hex: all that is ever stored of it. */
export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex')

/** How finely it is known when a key was used last. */
const USE_NOTED_MS = 60_000

/**
 * The account that a key belongs to, with what the key may do. The lookup is by hash, and the hashes are compared in
 * constant time. It is read anew each time, so that a key is not taken from the moment on in which its end is committed.
 * Throws `unauthorized`: with `message` for what is no key, else it says what became of the key.
 */
export async function authenticate(
  parts: Pick<TaskParts, 'store' | 'clock' | 'logger'>,
  key: string,
  message: string,
): Promise<Account> {
  const hash = hashKey(key)
  const found = await findKeyOfSecret(parts.store.read, hash)
  if (!found || !timingSafeEqual(Buffer.from(found.hash), Buffer.from(hash)))
    throw new EmbedlineError('unauthorized', message)
  const nowMs = parts.clock.nowMs()
  const end = endOf(found, nowMs)
  if (end !== undefined) throw new EmbedlineError('unauthorized', end)
  noteUse(parts, found, nowMs)
  return found.account
}

/** Whether the secret that an account came with is still taken: long answers ask again and again. */
export const isStillValid = async (
  parts: Pick<TaskParts, 'store' | 'clock'>,
  account: Bearer,
): Promise<boolean> => (await endOfSecret(parts, account)) === undefined

/** Throws `unauthorized` when it is not, with what became of the key. */
export async function checkStillValid(
  parts: Pick<TaskParts, 'store' | 'clock'>,
  account: Bearer,
): Promise<void> {
  const end = await endOfSecret(parts, account)
  if (end !== undefined) throw new EmbedlineError('unauthorized', end)
}

type Bearer = Pick<Account, 'secretHash'>

async function endOfSecret(
  { store, clock }: Pick<TaskParts, 'store' | 'clock'>,
  { secretHash }: Bearer,
): Promise<string | undefined> {
  const found = secretHash === undefined ? undefined : await findKeyOfSecret(store.read, secretHash)
  return found ? endOf(found, clock.nowMs()) : 'The API key is not valid any more.'
}

/** Whether a key is valid, whatever its secret is. */
export async function isKeyValid(
  { store, clock }: Pick<TaskParts, 'store' | 'clock'>,
  keyId: string,
): Promise<boolean> {
  const key = await getKey(store.read, keyId)
  return key !== undefined && keyStateAt(key, clock.nowMs()) === 'active'
}

function endOf({ key, secretEndsMs }: FoundKey, nowMs: number): string | undefined {
  const state = keyStateAt(key, nowMs)
  if (state === 'revoked') return `The API key was revoked ${at(key.revokedMs)}.`
  if (state === 'expired') return `The API key expired ${at(key.expiresMs)}.`
  if (secretEndsMs === undefined || secretEndsMs > nowMs) return undefined
  return `The API key was replaced by another one, and is not taken since ${timeOf(secretEndsMs)}.`
}

const timeOf = (ms = 0): string => new Date(ms).toISOString()

const at = (ms: number | undefined): string => `at ${timeOf(ms)}`

/** At most once a minute for a key, and not for the caller to wait for. */
function noteUse({ store, logger }: Pick<TaskParts, 'store' | 'logger'>, { key }: FoundKey, nowMs: number) {
  const beforeMs = nowMs - USE_NOTED_MS
  if (key.lastUsedMs !== undefined && key.lastUsedMs > beforeMs) return
  store
    .execute((db) => noteKeyUse(db, key.id, { nowMs, beforeMs }))
    .catch((error: unknown) => logger.warn('the use of a key could not be noted', { error }))
}
