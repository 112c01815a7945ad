import { sql } from 'kysely'
import type { Db } from '../../../domain/tables.ts'

/** Vectors of two bytes a number came with .7, scans that go on until enough rows pass a filter with .8. */
const LEAST = [0, 8] as const

/** Why there can be no indexes of neighbours in a database, as a sentence; undefined when there can. */
export type Obstacle = string | undefined

/**
 * Looks for the extension `vector` in the database, and makes it where the machine has it and the user may. For a
 * transaction of its own.
 */
export async function ensureExtension(db: Db): Promise<Obstacle> {
  const found = await installedVersion(db)
  if (found !== undefined) return tooOld(found)
  const { rows } = await sql`select 1 from pg_available_extensions where name = 'vector'`.execute(db)
  if (rows.length === 0) return 'The database server does not have the extension vector (pgvector).'
  try {
    await sql`savepoint extension`.execute(db)
    await sql`create extension vector`.execute(db)
  } catch (error) {
    await sql`rollback to savepoint extension`.execute(db)
    return `The extension vector is not in the database and cannot be made by its user (create extension vector): ${reasonOf(error)}.`
  }
  return tooOld((await installedVersion(db)) ?? '')
}

async function installedVersion(db: Db): Promise<string | undefined> {
  const { rows } = await sql<{ extversion: string }>`
    select extversion from pg_extension where extname = 'vector'`.execute(db)
  return rows[0]?.extversion
}

function tooOld(version: string): Obstacle {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > LEAST[0] || minor >= LEAST[1]) return undefined
  return `The extension vector is ${version}; ${LEAST.join('.')} is needed (alter extension vector update).`
}

function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown }
  return cause instanceof Error ? cause.message : String(error)
}
