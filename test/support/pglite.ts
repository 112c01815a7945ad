import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import type { Db } from '../../src/domain/tables.ts'
import { closeAll } from '../../src/lib/closing.ts'
import { migrate } from '../../src/store/migrate.ts'
import { kyselyOverPool } from '../../src/store/postgres/dialect.ts'
import { openPool } from '../../src/store/postgres/pool.ts'
import type { Reading } from '../../src/store/reading.ts'

/** PostgreSQL with pgvector, in this process: real SQL, one connection, nothing on a disk. */
export interface PgliteForTest {
  db: Db
  /** A transaction, for which everybody else waits. */
  write: <T>(change: (db: Db) => Promise<T>) => Promise<T>
  reading: Reading
  close(): Promise<void>
}

/**
 * Starts it with all tables and without the extension, and connects by the driver that servers use. Takes some seconds:
 * once a file.
 */
export async function startPglite(): Promise<PgliteForTest> {
  const pglite = await PGlite.create({ extensions: { vector } })
  const server = new PGLiteSocketServer({ db: pglite, port: 0, maxConnections: 2 })
  await server.start()
  const port = server.getServerConn().split(':').at(-1)
  // One session serves all connections: there must not be two that prepare statements.
  const pool = openPool({
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    most: 1,
    mode: 'durable',
    isPatient: true,
  })
  const db = kyselyOverPool(pool, 'PGlite', true)
  const write: PgliteForTest['write'] = (change) => db.transaction().execute(change)
  await write((tables) => migrate(tables, 'PGlite', 1))
  return {
    db,
    write,
    reading: {
      db,
      oneMoment: (read) => db.transaction().setIsolationLevel('repeatable read').execute(read),
      close: async () => {},
    },
    close: () =>
      closeAll([
        { close: () => pglite.close() },
        { close: () => server.stop() },
        { close: () => pool.end() },
      ]),
  }
}
