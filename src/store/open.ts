import type { Db } from '../domain/tables.ts'
import type { Clock } from '../lib/clock.ts'
import type { Opened } from '../lib/closing.ts'
import { kyselyOver } from './dialect.ts'
import { groupCommit, type Commit, type GroupCommit } from './groupCommit.ts'
import { migrate } from './migrate.ts'
import { openSqlite } from './sqlite.ts'

/** The database, open: `read` sees what is committed, `write` is the only way to change it. */
export interface OpenStore extends Opened {
  /** A read-only connection of its own. */
  read: Db
  write: GroupCommit['write']
}

export interface StoreParts {
  /** Path of the database; made when it is missing, in a folder that exists. */
  file: string
  clock: Clock
  /** Is told of each commit. Must not throw. */
  onCommit?: (commit: Commit) => void
}

/**
 * Opens the database and brings its tables up to date. Throws `storage_unavailable` when the file cannot be used, is
 * no database, or was written by a newer Embedline. `close` waits for the changes that were accepted.
 */
export async function openStore({ file, clock, onCommit }: StoreParts): Promise<OpenStore> {
  const writer = openSqlite(file)
  const { write, close } = groupCommit({ sqlite: writer, clock, ...(onCommit && { onCommit }) })
  try {
    await write((db) => migrate(db, file, clock.nowMs()))
    const reader = openSqlite(file, { readOnly: true })
    return {
      read: kyselyOver(reader),
      write,
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
