import { PostgresAdapter } from 'kysely'
import type { Db } from './tables.ts'

// Where the two databases differ in a statement, it asks here, and says both in one place.

/** True of PostgreSQL, false of SQLite. */
export const isPostgres = (db: Pick<Db, 'getExecutor'>): boolean =>
  db.getExecutor().adapter instanceof PostgresAdapter
