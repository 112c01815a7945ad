import type { Quotas } from '../domain/quotas.ts'
import type { AccountRow, Db } from '../domain/tables.ts'
import type { Account } from '../domain/task.ts'
import { keysetPage, type KeysetPage } from './page.ts'

export interface NewAccount {
  /** As the operator names it. */
  name: string
  /** Id and user id are taken only when there is no account of that name yet. */
  id: string
  userId: string
  quotas?: Quotas
  nowMs: number
}

/** The account of that name, made when there is none. */
export async function ensureAccount(db: Db, account: NewAccount): Promise<Account> {
  await addAccount(db, account)
  const row = await db
    .selectFrom('account')
    .selectAll()
    .where('name', '=', account.name)
    .executeTakeFirstOrThrow()
  return accountOf(row)
}

/** Adds an account. False when there is one of that name. */
export async function addAccount(
  db: Db,
  { name, id, userId, quotas = {}, nowMs }: NewAccount,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('account')
    .values({ id, name, user_id: userId, created_ms: nowMs, quotas_json: JSON.stringify(quotas) })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

/** The ids of all accounts. */
export async function accountIds(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('account').select('id').execute()
  return rows.map(({ id }) => id)
}

/** What the operator sees of an account. */
export interface AccountEntry {
  id: string
  name: string
  quotas: Quotas
  storedBytes: number
  createdMs: number
}

/** The account that has this id, or else this name. */
export async function findAccount(db: Db, idOrName: string): Promise<AccountEntry | undefined> {
  const rows = await db
    .selectFrom('account')
    .selectAll()
    .where((row) => row.or([row('id', '=', idOrName), row('name', '=', idOrName)]))
    .execute()
  const row = rows.find(({ id }) => id === idOrName) ?? rows[0]
  return row && entryOf(row)
}

/** A page of all accounts by their ids, which is by their age. */
export async function listAccounts(
  db: Db,
  { after = '', limit }: { after?: string | undefined; limit: number },
): Promise<KeysetPage<AccountEntry>> {
  const rows = await db
    .selectFrom('account')
    .selectAll()
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit + 1)
    .execute()
  return keysetPage(rows.map(entryOf), limit)
}

/** Gives an account other quotas, all of them. */
export async function setQuotas(db: Db, id: string, quotas: Quotas): Promise<void> {
  await db
    .updateTable('account')
    .set({ quotas_json: JSON.stringify(quotas) })
    .where('id', '=', id)
    .execute()
}

/** Counts stored bytes that were added to an account, or removed. */
export async function addStoredBytes(db: Db, id: string, bytes: number): Promise<void> {
  await db
    .updateTable('account')
    .set((row) => ({ stored_bytes: row('stored_bytes', '+', bytes) }))
    .where('id', '=', id)
    .execute()
}

export const accountOf = (row: Pick<AccountRow, 'id' | 'name' | 'user_id'>): Account => ({
  id: row.id,
  name: row.name,
  userId: row.user_id,
})

export const quotasOf = (json: string): Quotas => JSON.parse(json) as Quotas

const entryOf = (row: Pick<AccountRow, 'id' | 'name' | 'created_ms'> & StoredFacts): AccountEntry => ({
  id: row.id,
  name: row.name,
  quotas: quotasOf(row.quotas_json),
  storedBytes: row.stored_bytes,
  createdMs: row.created_ms,
})

interface StoredFacts {
  quotas_json: string
  stored_bytes: number
}
