import { sql } from 'kysely'
import { isPostgres } from '../domain/engine.ts'
import type { Db } from '../domain/tables.ts'

/**
 * Gives up to `pages` pages that deleted rows have left empty back to the disk. Returns how many are still empty.
 * PostgreSQL uses the space again by itself.
 */
export async function reclaimSpace(db: Db, pages: number): Promise<number> {
  if (isPostgres(db)) return 0
  const empty = await emptyPages(db)
  const given = Math.min(pages, empty)
  // One by one: the pragma moves a page with each step of the statement, and a statement without rows is stepped once.
  for (let page = 0; page < given; page++) await sql`pragma incremental_vacuum(1)`.execute(db)
  return empty - given
}

async function emptyPages(db: Db): Promise<number> {
  const { rows } = await sql<{ freelist_count: number }>`pragma freelist_count`.execute(db)
  return rows[0]?.freelist_count ?? 0
}
