import { DatabaseSync } from 'node:sqlite'
import { Pool } from 'pg'

/** Looks into the database of an installation from outside. */
export interface Database {
  /** Throws while the database is away. */
  rows<Row>(sql: string): Promise<Row[]>
  close(): Promise<void>
}

export const sqliteFile = (path: string): Database => ({
  // Opened anew each time: whoever holds it open has a hand in what is left of its side files.
  rows: <Row>(sql: string) => {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
    try {
      return Promise.resolve(database.prepare(sql).all() as Row[])
    } catch (error) {
      return Promise.reject(error as Error)
    } finally {
      database.close()
    }
  },
  close: async () => {},
})

export function postgresDatabase(url: string): Database {
  const pool = new Pool({ connectionString: url, max: 2 })
  // A connection that nobody uses breaks with the database.
  pool.on('error', () => {})
  return {
    rows: async <Row>(sql: string) => (await pool.query(sql)).rows.map(withNumbers) as Row[],
    close: () => pool.end(),
  }
}

/** Numbers of eight bytes come as text. */
const withNumbers = (row: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value,
    ]),
  )
