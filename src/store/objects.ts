import { isPostgres } from '../domain/engine.ts'
import type { Db } from '../domain/tables.ts'
import { addStoredBytes } from './accounts.ts'

export interface Reference {
  accountId: string
  /** SHA-256 of the content, hex. */
  hash: string
  sizeBytes: number
  nowMs: number
}

/** Counts one more reference to stored bytes of the account, and the bytes when it is the first one. */
export async function addReference(db: Db, { accountId, hash, sizeBytes, nowMs }: Reference): Promise<void> {
  const { reference_count: count } = await db
    .insertInto('object')
    .values({ account_id: accountId, hash, size_bytes: sizeBytes, reference_count: 1, created_ms: nowMs })
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'hash'])
        .doUpdateSet((row) => ({ reference_count: row('object.reference_count', '+', 1) })),
    )
    .returning('reference_count')
    .executeTakeFirstOrThrow()
  if (count === 1) await addStoredBytes(db, accountId, sizeBytes)
}

/** Counts one more reference to bytes that are stored. False when they are not. */
export async function addReferenceToStored(db: Db, accountId: string, hash: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('object')
    .set((row) => ({ reference_count: row('reference_count', '+', 1) }))
    .where('account_id', '=', accountId)
    .where('hash', '=', hash)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Counts one reference less. True when it was the last one: the row is gone, the bytes may go after the commit. */
export async function dropReference(db: Db, accountId: string, hash: string): Promise<boolean> {
  const stored = db
    .selectFrom('object')
    .select(['reference_count as count', 'size_bytes as sizeBytes'])
    .where('account_id', '=', accountId)
    .where('hash', '=', hash)
  // Another server may drop one too: then one of the two drops the last.
  const before = await (isPostgres(db) ? stored.forUpdate() : stored).executeTakeFirst()
  if (before?.count === 1) {
    await db.deleteFrom('object').where('account_id', '=', accountId).where('hash', '=', hash).execute()
    await addStoredBytes(db, accountId, -before.sizeBytes)
    return true
  }
  await db
    .updateTable('object')
    .set((row) => ({ reference_count: row('reference_count', '-', 1) }))
    .where('account_id', '=', accountId)
    .where('hash', '=', hash)
    .execute()
  return false
}

/** How many assets and tasks refer to the bytes. */
export async function countReferences(db: Db, accountId: string, hash: string): Promise<number> {
  const row = await db
    .selectFrom('object')
    .select('reference_count')
    .where('account_id', '=', accountId)
    .where('hash', '=', hash)
    .executeTakeFirst()
  return row?.reference_count ?? 0
}
