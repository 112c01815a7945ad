import { DatabaseSync } from 'node:sqlite'
import type { Opened } from './closing.ts'

const BUSY = 5

/**
 * Takes a file that one holder at a time can have, made when there is none, until `close` or until the process ends,
 * however it ends: the hold is an open exclusive transaction, which the kernel takes back (a file with a process id
 * would stay behind). Undefined: someone else has it. Throws what SQLite says when nobody can write there.
 */
export function holdFile(path: string): Opened | undefined {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: 0 })
    database.exec('begin exclusive')
  } catch (error) {
    database?.close()
    if (isBusy(error)) return undefined
    throw error
  }
  const held = database
  return {
    async close() {
      if (held.isOpen) held.close()
    },
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === BUSY
