import { reachNothing, type Reach } from '../domain/failurePoints.ts'
import type { Db } from '../domain/tables.ts'
import type { Clock } from '../lib/clock.ts'
import type { Opened } from '../lib/closing.ts'
import { kyselyOver } from './dialect.ts'
import { groupCommit, type GroupCommit } from './groupCommit.ts'
import { migrate, MIGRATIONS, type Migration } from './migrate.ts'
import { openSqlite } from './sqlite.ts'

/** The database, open: `read` sees what is committed, `write` is the only way to change it. */
export interface OpenStore extends Opened {
  /** A read-only connection of its own. */
  read: Db
  write: GroupCommit['write']
  onCommit: GroupCommit['onCommit']
}

export interface StoreParts {
  /** Path of the database; made when it is missing, in a folder that exists. */
  file: string
  clock: Clock
  reach?: Reach
}

/**
 * Opens the database and brings its tables up to date. Throws `storage_unavailable` when the file cannot be used, is
 * no database, or was written by a newer Embedline. `close` waits for the changes that were accepted.
 */
export async function openStore({ file, clock, reach = reachNothing }: StoreParts): Promise<OpenStore> {
  const writer = openSqlite(file)
  const { write, onCommit, close } = groupCommit({ sqlite: writer, clock })
  try {
    await write((db) => migrate(db, file, clock.nowMs(), reaching(reach)))
    const reader = openSqlite(file, { readOnly: true })
    return {
      read: kyselyOver(reader),
      write,
      onCommit,
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
