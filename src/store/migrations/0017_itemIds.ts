import { sql, type Kysely } from 'kysely'

/**
 * No item has the id of one that is gone: the fence of who held that one must not fit another. What the table had is
 * copied; its indexes go with the old one, and are made again as they were.
 */
export async function keepItemIds(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ type: string; sql: string }>`
    select type, sql from sqlite_schema where tbl_name = 'item' and sql is not null`.execute(db)
  const table = rows.find(({ type }) => type === 'table')
  if (!table) throw new Error('there is no table of items')
  await sql`alter table item rename to old_item`.execute(db)
  await sql.raw(table.sql.replace('integer primary key', 'integer primary key autoincrement')).execute(db)
  await sql`insert into item select * from old_item`.execute(db)
  await sql`drop table old_item`.execute(db)
  for (const { type, sql: index } of rows) if (type === 'index') await sql.raw(index).execute(db)
}
