import type { Db } from '../domain/tables.ts'

/** The secret of that name; `fresh` becomes it when there is none yet. */
export async function ensureSecret(db: Db, name: string, fresh: Uint8Array): Promise<Uint8Array> {
  await db
    .insertInto('secret')
    .values({ name, value: fresh })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const { value } = await db
    .selectFrom('secret')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return value
}
