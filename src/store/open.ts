import { reachNothing, type Reach } from '../domain/failurePoints.ts'
import type { Clock } from '../lib/clock.ts'
import { kyselyOver } from './dialect.ts'
import { excludeHere } from './exclusion.ts'
import { groupCommit } from './groupCommit.ts'
import type { StoreLocation } from './location.ts'
import { migrate, MIGRATIONS, type Migration } from './migrate.ts'
import { openSqlite } from './sqlite.ts'
import type { OpenStore } from './store.ts'

/** SQLite's file is made when it is missing, in a folder that exists; a database of PostgreSQL must be there. */
export type StoreParts = StoreLocation & {
  /** Of this machine. */
  clock: Clock
  /** Whether another server on the database is refused, as `PostgresParts` has it; with SQLite it always is. */
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
      execute: write,
      // One connection writes, and its commits are shared anyway.
      writeSoon: write,
      onCommit,
      ...excludeHere(),
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
