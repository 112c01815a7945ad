import { reachNothing, type Reach } from '../domain/failurePoints.ts'
import type { Db } from '../domain/tables.ts'
import type { Clock } from '../lib/clock.ts'
import type { Opened } from '../lib/closing.ts'
import { kyselyOver } from './dialect.ts'
import { groupCommit, type GroupCommit } from './groupCommit.ts'
import type { StoreLocation } from './location.ts'
import { migrate, MIGRATIONS, type Migration } from './migrate.ts'
import { openSqlite } from './sqlite.ts'

/** The database, open: `read` sees what is committed, `write` is the only way to change it. */
export interface OpenStore extends Opened {
  /** A read-only connection of its own. */
  read: Db
  write: GroupCommit['write']
  onCommit: GroupCommit['onCommit']
  /** The time that all who write here agree on. */
  clock: Clock
  /** A sentence while no work may be taken, because of what is wrong with the database. */
  problem(): string | undefined
  /** False while there is no way to the database; what is asked of it tells more. */
  isReachable(): boolean
  /** There may be something to claim: tells other servers on this database, where there can be some. */
  announceWork(): void
  /** Calls `listener` when another server says that there is work or news, until the returned function is called. */
  onElsewhere(listener: (signal: 'work' | 'news') => void): () => void
}

/** SQLite's file is made when it is missing, in a folder that exists; a database of PostgreSQL must be there. */
export type StoreParts = StoreLocation & {
  /** Of this machine. */
  clock: Clock
  /** What belongs to the rows lies in a folder of this machine. A second server is refused: always with SQLite. */
  isAlone?: boolean
  reach?: Reach
}

/**
 * Opens the database and brings its tables up to date. Throws `storage_unavailable` when it cannot be used or reached,
 * is no database, or was written by a newer Embedline. `close` waits for the changes that were accepted.
 */
export async function openStore(parts: StoreParts): Promise<OpenStore> {
  if (!('url' in parts)) return openFile(parts)
  const { openPostgres } = await import('./postgres/open.ts')
  return openPostgres(parts)
}

interface FileParts {
  file: string
  clock: Clock
  reach?: Reach
}

async function openFile({ file, clock, reach = reachNothing }: FileParts): Promise<OpenStore> {
  const writer = openSqlite(file)
  const { write, onCommit, close } = groupCommit({ sqlite: writer, clock })
  try {
    await write((db) => migrate(db, file, clock.nowMs(), reaching(reach)))
    const reader = openSqlite(file, { readOnly: true })
    return {
      read: kyselyOver(reader),
      write,
      onCommit,
      clock,
      // Nobody else can have the folder.
      problem: () => undefined,
      isReachable: () => true,
      announceWork: () => {},
      onElsewhere: () => () => {},
      async close() {
        await close()
        reader.close()
        writer.close()
      },
    }
  } catch (error) {
    writer.close()
    throw error
  }
}

const reaching = (reach: Reach): Migration[] =>
  MIGRATIONS.map((step) => async (db) => {
    await step(db)
    reach('in a migration')
  })
