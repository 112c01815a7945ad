import { keyStateAt, type ApiKey } from '../../domain/apiKey.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { holdsAll, type Scope } from '../../domain/scopes.ts'
import type { Db } from '../../domain/tables.ts'
import type { Account } from '../../domain/task.ts'
import { getKey } from '../../store/apiKeys.ts'
import { isOperator } from '../keys.ts'

/** Whoever does something with keys. */
export type KeyHolder = Pick<Account, 'id' | 'keyId' | 'scopes'>

/** The key of that id, if it is one of the caller's account, or the caller is the operator. Throws `not_found`. */
export async function visibleKey(db: Db, by: KeyHolder, id: string): Promise<ApiKey> {
  const key = await getKey(db, id)
  if (key && (key.accountId === by.id || isOperator(by))) return key
  throw new EmbedlineError('not_found', `There is no key ${id}.`)
}

/**
 * The same for a key that is to be changed. Throws `forbidden` for one that may do more than the caller, and for one that
 * the operator lists; `request_invalid` for one that was revoked.
 */
export async function changeableKey(db: Db, by: KeyHolder, id: string, nowMs: number): Promise<ApiKey> {
  const key = await visibleKey(db, by, id)
  if (key.source === 'config')
    throw new EmbedlineError(
      'forbidden',
      `The operator lists the key ${id} (${key.name}): it is valid while it is listed, and is changed there.`,
    )
  checkScopes(by, key.scopes)
  if (keyStateAt(key, nowMs) === 'revoked')
    throw new EmbedlineError('request_invalid', `The key ${id} was revoked. Make another one.`)
  return key
}

/** Throws `forbidden` for scopes that the caller does not have: whoever could give them away could take them. */
export function checkScopes({ scopes: held = [] }: KeyHolder, scopes: readonly Scope[]): void {
  if (holdsAll(held, scopes)) return
  throw new EmbedlineError(
    'forbidden',
    `Your key has the scopes ${held.join(', ')}: it can neither make nor change a key with ${scopes.join(', ')}.`,
    { field: 'scopes' },
  )
}
