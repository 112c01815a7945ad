import type { Selectable } from 'kysely'
import type { ApiKey } from '../domain/apiKey.ts'
import type { Scope } from '../domain/scopes.ts'
import type { ApiKeyRow, Db } from '../domain/tables.ts'
import type { Account } from '../domain/task.ts'
import { accountOf, quotasOf } from './accounts.ts'
import { lockName } from './locks.ts'
import { keysetPage, type KeysetPage } from './page.ts'

/** A key that a secret opens, or opened once. */
export interface FoundKey {
  /** SHA-256 of the secret, hex, as it is stored. */
  hash: string
  /** Of a secret that was replaced: not taken from then on. */
  secretEndsMs?: number
  key: ApiKey
  account: Account
}

/** The key whose secret has this SHA-256, valid or not. */
export async function findKeyOfSecret(db: Db, hash: string): Promise<FoundKey | undefined> {
  const row = await db
    .selectFrom('key_secret')
    .innerJoin('api_key', 'api_key.id', 'key_secret.key_id')
    .innerJoin('account', 'account.id', 'api_key.account_id')
    .selectAll('api_key')
    .select([
      'key_secret.hash',
      'key_secret.expires_ms as secret_ends_ms',
      'account.name as account_name',
      'account.user_id',
      'account.quotas_json',
    ])
    .where('key_secret.hash', '=', hash)
    .executeTakeFirst()
  if (!row) return undefined
  const key = keyOf(row)
  const account = accountOf({ id: row.account_id, name: row.account_name, user_id: row.user_id })
  return {
    hash: row.hash,
    ...(row.secret_ends_ms !== null && { secretEndsMs: row.secret_ends_ms }),
    key,
    account: {
      ...account,
      quotas: quotasOf(row.quotas_json),
      keyId: key.id,
      secretHash: row.hash,
      scopes: key.scopes,
      ...(key.requestsPerMinute !== undefined && { requestsPerMinute: key.requestsPerMinute }),
    },
  }
}

/** The key of that id. */
export async function getKey(db: Db, id: string): Promise<ApiKey | undefined> {
  const row = await db.selectFrom('api_key').selectAll().where('id', '=', id).executeTakeFirst()
  return row && keyOf(row)
}

export interface KeyFilter {
  accountId: string
  /** The id of the last key of the page before. */
  after?: string | undefined
  limit: number
}

/** A page of an account's keys by their ids, which is by their age. */
export async function listKeys(
  db: Db,
  { accountId, after = '', limit }: KeyFilter,
): Promise<KeysetPage<ApiKey>> {
  const rows = await db
    .selectFrom('api_key')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit + 1)
    .execute()
  return keysetPage(rows.map(keyOf), limit)
}

/** Whether there is a key from one of these sources that may do everything and has neither ended nor an end. */
export async function hasLastingAdminKey(db: Db, sources: readonly ApiKey['source'][]): Promise<boolean> {
  const rows = await db
    .selectFrom('api_key')
    .select('scopes_json')
    .where('source', 'in', sources)
    .where('revoked_ms', 'is', null)
    .where('expires_ms', 'is', null)
    .where('scopes_json', 'like', '%"admin"%')
    .limit(1)
    .execute()
  return rows.length > 0
}

/** Adds a key with its secret, given as SHA-256 in hex. */
export async function insertKey(db: Db, key: ApiKey, hash: string): Promise<void> {
  await db
    .insertInto('api_key')
    .values({
      id: key.id,
      account_id: key.accountId,
      source: key.source,
      name: key.name,
      hint: key.hint,
      scopes_json: JSON.stringify(key.scopes),
      requests_per_minute: key.requestsPerMinute ?? null,
      created_by: key.createdBy ?? null,
      created_ms: key.createdMs,
      expires_ms: key.expiresMs ?? null,
      revoked_ms: null,
      last_used_ms: null,
    })
    .execute()
  await insertSecret(db, { keyId: key.id, hash, nowMs: key.createdMs })
}

/** What of a key can be changed; what is undefined stays, null takes it away. */
export interface KeyChange {
  name?: string | undefined
  scopes?: readonly Scope[] | undefined
  expiresMs?: number | null | undefined
  requestsPerMinute?: number | null | undefined
}

export async function changeKey(db: Db, id: string, change: KeyChange): Promise<void> {
  const { name, scopes, expiresMs, requestsPerMinute } = change
  const columns = {
    ...(name !== undefined && { name }),
    ...(scopes !== undefined && { scopes_json: JSON.stringify(scopes) }),
    ...(expiresMs !== undefined && { expires_ms: expiresMs }),
    ...(requestsPerMinute !== undefined && { requests_per_minute: requestsPerMinute }),
  }
  if (Object.keys(columns).length > 0)
    await db.updateTable('api_key').set(columns).where('id', '=', id).execute()
}

/** Ends a key for good, with all its secrets. */
export async function setRevoked(db: Db, id: string, nowMs: number): Promise<void> {
  await db
    .updateTable('api_key')
    .set({ revoked_ms: nowMs })
    .where('id', '=', id)
    .where('revoked_ms', 'is', null)
    .execute()
}

/** Gives a key another secret; those before it end at `endMs`, unless they end earlier. */
export async function replaceSecret(
  db: Db,
  id: string,
  { hash, hint, endMs, nowMs }: { hash: string; hint: string; endMs: number; nowMs: number },
): Promise<void> {
  await db.deleteFrom('key_secret').where('key_id', '=', id).where('expires_ms', '<=', nowMs).execute()
  await db
    .updateTable('key_secret')
    .set({ expires_ms: endMs })
    .where('key_id', '=', id)
    .where((row) => row.or([row('expires_ms', 'is', null), row('expires_ms', '>', endMs)]))
    .execute()
  await db.updateTable('api_key').set({ hint }).where('id', '=', id).execute()
  await insertSecret(db, { keyId: id, hash, nowMs })
}

/** When the last of the replaced secrets of a key ends; undefined when none is taken any more. */
export async function lastSecretEnd(db: Db, id: string, nowMs: number): Promise<number | undefined> {
  const { last } = await db
    .selectFrom('key_secret')
    .select((row) => row.fn.max<number | null>('expires_ms').as('last'))
    .where('key_id', '=', id)
    .where('expires_ms', '>', nowMs)
    .executeTakeFirstOrThrow()
  return last ?? undefined
}

/** Notes that a key was used, unless that was noted after `beforeMs`. */
export async function noteKeyUse(
  db: Db,
  id: string,
  { nowMs, beforeMs }: { nowMs: number; beforeMs: number },
): Promise<void> {
  await db
    .updateTable('api_key')
    .set({ last_used_ms: nowMs })
    .where('id', '=', id)
    .where((row) => row.or([row('last_used_ms', 'is', null), row('last_used_ms', '<=', beforeMs)]))
    .execute()
}

/** Forgets keys that were revoked before this, with their secrets, at most `limit`. Returns how many. */
export async function removeRevokedKeys(db: Db, beforeMs: number, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('api_key')
    .where('id', 'in', (query) =>
      query.selectFrom('api_key').select('id').where('revoked_ms', '<', beforeMs).limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

export interface ListedSecret {
  /** SHA-256 of the key, hex. */
  hash: string
  key: ApiKey
}

/**
 * Makes these the only keys with the source `config`; one that was listed before keeps its id and when it was made. Keys
 * that were made here stay, but a listed secret is no longer theirs.
 */
export async function replaceListedKeys(db: Db, listed: readonly ListedSecret[]): Promise<void> {
  await lockName(db, 'listed keys')
  const rows = await db
    .selectFrom('key_secret')
    .innerJoin('api_key', 'api_key.id', 'key_secret.key_id')
    .select(['key_secret.hash', 'api_key.id'])
    .where('api_key.source', '=', 'config')
    .execute()
  const before = new Map(rows.map(({ hash, id }) => [hash, id]))
  const kept = new Set(listed.map(({ hash }) => hash))
  for (const [hash, id] of before)
    if (!kept.has(hash)) await db.deleteFrom('api_key').where('id', '=', id).execute()
  for (const { hash, key } of listed) {
    const id = before.get(hash)
    if (id !== undefined) await updateListed(db, id, key)
    else {
      await db.deleteFrom('key_secret').where('hash', '=', hash).execute()
      await insertKey(db, key, hash)
    }
  }
}

async function updateListed(db: Db, id: string, { accountId, scopes, hint }: ApiKey): Promise<void> {
  await db
    .updateTable('api_key')
    .set({ account_id: accountId, scopes_json: JSON.stringify(scopes), hint })
    .where('id', '=', id)
    .execute()
}

async function insertSecret(
  db: Db,
  { keyId, hash, nowMs }: { keyId: string; hash: string; nowMs: number },
): Promise<void> {
  await db
    .insertInto('key_secret')
    .values({ hash, key_id: keyId, created_ms: nowMs, expires_ms: null })
    .execute()
}

const keyOf = (row: Selectable<ApiKeyRow>): ApiKey => ({
  id: row.id,
  accountId: row.account_id,
  source: row.source,
  name: row.name,
  hint: row.hint,
  scopes: JSON.parse(row.scopes_json) as Scope[],
  ...(row.requests_per_minute !== null && { requestsPerMinute: row.requests_per_minute }),
  ...(row.created_by !== null && { createdBy: row.created_by }),
  createdMs: row.created_ms,
  ...(row.expires_ms !== null && { expiresMs: row.expires_ms }),
  ...(row.revoked_ms !== null && { revokedMs: row.revoked_ms }),
  ...(row.last_used_ms !== null && { lastUsedMs: row.last_used_ms }),
})
