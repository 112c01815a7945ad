import { hintOf, type ApiKey } from '../../domain/apiKey.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Scope } from '../../domain/scopes.ts'
import { insertKey } from '../../store/apiKeys.ts'
import { namedAccount } from '../accounts.ts'
import { hashKey } from '../authenticate.ts'
import { isOperator } from '../keys.ts'
import type { TaskParts } from '../parts.ts'
import { newSecret } from './newSecret.ts'
import { checkScopes, type KeyHolder } from './ownKey.ts'

export interface KeyOrder {
  /** Id or name of another account than the caller's. */
  account?: string | undefined
  name: string
  scopes: readonly Scope[]
  expiresMs?: number | undefined
  requestsPerMinute?: number | undefined
}

/** A key with the secret, which is told this once. */
export interface KeyWithSecret {
  key: ApiKey
  secret: string
}

/**
 * Makes a key. Throws `forbidden` for scopes that the caller does not have, for another account and for a limit of its
 * own unless the caller is the operator, `not_found` for an account that is not there, `request_invalid` for an end that
 * is over.
 */
export async function createKey(
  parts: Pick<TaskParts, 'store' | 'clock' | 'ids'>,
  by: KeyHolder,
  { account, name, scopes, expiresMs, requestsPerMinute }: KeyOrder,
): Promise<KeyWithSecret> {
  checkScopes(by, scopes)
  checkEnd(expiresMs, parts.clock.nowMs())
  checkOwnLimit(by, requestsPerMinute)
  const { id: accountId } = await namedAccount(parts, by, account)
  const secret = newSecret()
  const key: ApiKey = {
    id: parts.ids.objectId(),
    accountId,
    source: 'made',
    name,
    hint: hintOf(secret),
    scopes,
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    ...(by.keyId !== undefined && { createdBy: by.keyId }),
    createdMs: parts.clock.nowMs(),
    ...(expiresMs !== undefined && { expiresMs }),
  }
  await parts.store.write((db) => insertKey(db, key, hashKey(secret)))
  return { key, secret }
}

/** Throws `request_invalid` for an end that is over. */
export function checkEnd(expiresMs: number | null | undefined, nowMs: number): void {
  if (expiresMs === undefined || expiresMs === null || expiresMs > nowMs) return
  throw new EmbedlineError('request_invalid', `${new Date(expiresMs).toISOString()} is over.`, {
    field: 'expiresAt',
  })
}

/** Throws `forbidden`: limits are the operator's to set, also for single keys. */
export function checkOwnLimit(by: KeyHolder, requestsPerMinute: number | null | undefined): void {
  if (requestsPerMinute === undefined || isOperator(by)) return
  throw new EmbedlineError('forbidden', 'Only the operator gives a key a limit of its own.', {
    field: 'requestsPerMinute',
  })
}
