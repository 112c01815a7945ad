import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Looks into the database of a server from outside. */
export function databaseRows<Row>(dataFolder: string, sql: string): Row[] {
  const database = new DatabaseSync(join(dataFolder, 'embedline.db'), { readOnly: true })
  try {
    return database.prepare(sql).all() as Row[]
  } finally {
    database.close()
  }
}
