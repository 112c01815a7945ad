import { join } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import type { Opened } from '../lib/closing.ts'
import { DatabaseSync } from 'node:sqlite'
import { resultCode } from './storageError.ts'

const BUSY = 5

/**
 * Holds a data folder, which must exist, until `close` or until the process ends, however it ends: the lock is an open
 * exclusive transaction on `lock.db`, which the kernel takes back (a file with a process id would stay behind).
 * Throws `storage_unavailable` when another process holds the folder, or nobody can write there.
 */
export function lockFolder(folder: string): Opened {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 })
    database.exec('begin exclusive')
  } catch (error) {
    database?.close()
    throw new EmbedlineError('storage_unavailable', sentence(folder, error), { cause: error })
  }
  const held = database
  return {
    async close() {
      if (held.isOpen) held.close()
    },
  }
}

const sentence = (folder: string, error: unknown): string =>
  (resultCode(error) ?? 0) % 256 === BUSY
    ? `the data folder ${folder} is in use by another Embedline server`
    : `the data folder ${folder} cannot be written: ${error instanceof Error ? error.message : String(error)}`
