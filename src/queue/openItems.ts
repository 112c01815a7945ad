import type { Db } from '../domain/tables.ts'

/** Of these items, those that are queued or being worked on. */
export async function openItems(db: Db, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await db
    .selectFrom('item')
    .select('id')
    .where('id', 'in', ids)
    .where('state', 'in', ['queued', 'running'])
    .execute()
  return new Set(rows.map(({ id }) => id))
}
