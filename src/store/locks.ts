import { sql } from 'kysely'
import { isPostgres } from '../domain/engine.ts'
import type { Db, Tables } from '../domain/tables.ts'

// What is read and then written in one transaction is right with SQLite, where one changes after the other. Servers that
// share a database lock what they are about to read, to the end of the transaction.

/** Tables with a row for each thing that transactions decide about. */
type Lockable = Extract<keyof Tables, 'account' | 'account_file' | 'api_key' | 'asset' | 'task' | 'upload'>

/**
 * From here on nobody else changes or removes the row of this id; what is read of it afterwards is as it stays. A row that
 * is not there cannot be locked.
 */
export async function lockRow(db: Db, table: Lockable, id: string): Promise<void> {
  if (!isPostgres(db)) return
  // Rows that refer to it may be added meanwhile.
  await sql`select id from ${sql.table(table)} where id = ${id} for no key update`.execute(db)
}

/** From here on nobody else is past the lock of this name: for what has no row, or none yet. */
export async function lockName(db: Db, name: string): Promise<void> {
  if (!isPostgres(db)) return
  await sql`select pg_advisory_xact_lock(${sql.lit(NAMED)}, hashtext(${name}))`.execute(db)
}

/** Tells these locks from all others of the database. Two names that share a number only wait for each other. */
const NAMED = 1
