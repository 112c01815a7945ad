import { sql } from 'kysely'
import type { Db } from '../domain/tables.ts'
import { kyselyOver } from './dialect.ts'
import type { StoreLocation } from './location.ts'
import { openSqlite } from './sqlite.ts'

/** The database for a thread that only reads, on connections of its own. */
export interface Reading {
  /** Rows that come as a stream are read as they are taken. */
  db: Db
  /** All that `read` reads is of one moment, whatever is written meanwhile. Streams are read one after the other. */
  oneMoment<T>(read: (db: Db) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Opens what is connected to when it is asked for first. Throws `storage_unavailable`. */
export const openReading = (location: StoreLocation): Promise<Reading> =>
  'url' in location ? readPostgres(location.url) : readSqlite(location.file)

async function readSqlite(file: string): Promise<Reading> {
  const sqlite = openSqlite(file, { readOnly: true })
  const db = kyselyOver(sqlite)
  return {
    db,
    async oneMoment(read) {
      sqlite.execute('begin')
      try {
        return await read(db)
      } finally {
        sqlite.execute('rollback')
      }
    },
    close: async () => sqlite.close(),
  }
}

async function readPostgres(url: string): Promise<Reading> {
  const { openPool, nameOfDatabase } = await import('./postgres/pool.ts')
  const { kyselyOverPool } = await import('./postgres/dialect.ts')
  const pool = openPool({ url, most: CONNECTIONS, mode: 'read only' })
  const db = kyselyOverPool(pool, nameOfDatabase(url))
  return {
    db,
    oneMoment: (read) => db.transaction().setIsolationLevel('repeatable read').execute(read),
    close: () => pool.end(),
  }
}

/** As many as read at once in such a thread, usually. */
const CONNECTIONS = 3

/** Rows that a stream fetches at once from a server. */
export const ROWS_A_FETCH = 200

/** The model in the settings of a bucket or a file, as they are stored. */
export const modelIn = (settings: string) => ({
  id: sql<string>`json_extract(${sql.ref(settings)}, '$.model.id')`,
  revision: sql<string>`json_extract(${sql.ref(settings)}, '$.model.revision')`,
})
