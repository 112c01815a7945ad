import type { AccountRow, Db } from '../domain/tables.ts'
import type { Account } from '../domain/task.ts'

export interface NewAccount {
  /** As the operator names it. */
  name: string
  /** Id and user id are taken only when there is no account of that name yet. */
  id: string
  userId: string
  nowMs: number
}

/** The account of that name, made when there is none. */
export async function ensureAccount(db: Db, { name, id, userId, nowMs }: NewAccount): Promise<Account> {
  await db
    .insertInto('account')
    .values({ id, name, user_id: userId, created_ms: nowMs })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const row = await db.selectFrom('account').selectAll().where('name', '=', name).executeTakeFirstOrThrow()
  return accountOf(row)
}

/** The account of that name, if there is one. */
export async function findAccount(db: Db, name: string): Promise<Account | undefined> {
  const row = await db.selectFrom('account').selectAll().where('name', '=', name).executeTakeFirst()
  return row && accountOf(row)
}

/** The ids of all accounts. */
export async function accountIds(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('account').select('id').execute()
  return rows.map(({ id }) => id)
}

/** The account whose key has this SHA-256, with the hash as it is stored. */
export async function accountOfKey(
  db: Db,
  hash: string,
): Promise<{ hash: string; account: Account } | undefined> {
  const row = await db
    .selectFrom('api_key')
    .innerJoin('account', 'account.id', 'api_key.account_id')
    .selectAll('account')
    .select('api_key.hash')
    .where('api_key.hash', '=', hash)
    .executeTakeFirst()
  return row && { hash: row.hash, account: accountOf(row) }
}

export interface NewKey {
  /** SHA-256 of the key, hex. */
  hash: string
  accountId: string
  nowMs: number
}

/** Makes these keys the only valid ones; one that was valid before keeps the time it was made. */
export async function replaceKeys(db: Db, keys: readonly NewKey[]): Promise<void> {
  const hashes = keys.map(({ hash }) => hash)
  await db.deleteFrom('api_key').where('hash', 'not in', hashes).execute()
  for (const { hash, accountId, nowMs } of keys)
    await db
      .insertInto('api_key')
      .values({ hash, account_id: accountId, created_ms: nowMs })
      .onConflict((conflict) => conflict.column('hash').doUpdateSet({ account_id: accountId }))
      .execute()
}

const accountOf = (row: Pick<AccountRow, 'id' | 'name' | 'user_id'>): Account => ({
  id: row.id,
  name: row.name,
  userId: row.user_id,
})
