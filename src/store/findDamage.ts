import { openSqlite } from './sqlite.ts'

const MOST_NAMED = 10

/**
 * What is wrong with a database, read as a whole without changing anything: pages, indexes, and rows that name others
 * that are not there. Empty when it is sound. Throws `storage_unavailable` for what is no database or cannot be read.
 */
export function findDamage(file: string): string[] {
  const database = openSqlite(file, { readOnly: true })
  try {
    const pages = database.execute(`pragma integrity_check(${MOST_NAMED})`).rows
    const said = pages.flatMap((row) => Object.values(row).map(String)).filter((line) => line !== 'ok')
    const orphans = database.execute('pragma foreign_key_check').rows.slice(0, MOST_NAMED)
    return [
      ...said,
      ...orphans.map(
        ({ table, parent }) => `a row of ${String(table)} names one of ${String(parent)} that is not there`,
      ),
    ]
  } finally {
    database.close()
  }
}
