import type { Db } from '../domain/tables.ts'

/** Lets a task expire at another time. False when the account has none of that id. */
export async function setExpiry(db: Db, accountId: string, id: string, expiresMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('task')
    .set({ expires_ms: expiresMs })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('removed_ms', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
