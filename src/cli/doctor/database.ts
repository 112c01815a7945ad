import { existsSync } from 'node:fs'
import { EmbedlineError } from '../../domain/errors.ts'
import { findDamage } from '../../store/findDamage.ts'
import { isDamage } from '../../store/storageError.ts'
import type { Check } from './check.ts'

/** Reads the whole database and says whether it is sound, also while a server works with it. */
export function checkDatabase(file: string, dataFolder: string): Check[] {
  const name = 'database'
  if (!existsSync(file)) return []
  try {
    const [first, ...others] = findDamage(file)
    if (first === undefined) return [{ name, state: 'ok', message: `${file} is sound` }]
    const more = others.length > 0 ? `, and ${others.length} more` : ''
    return [damaged(file, dataFolder, `${file} is damaged: ${first}${more}`)]
  } catch (error) {
    if (!(error instanceof EmbedlineError)) throw error
    return [isDamage(error) ? damaged(file, dataFolder, error.message) : unread(error.message)]
  }
}

// As on a full disk: even reading needs a little of it.
const unread = (why: string): Check => ({
  name: 'database',
  state: 'fail',
  message: `it could not be read, which says nothing of it: ${why}`,
  advice: 'See what the other lines say of the disk and the folder, and look again.',
})

// Nothing is repaired here: what a repair would lose is for the operator to decide.
const damaged = (file: string, dataFolder: string, message: string): Check => ({
  name: 'database',
  state: 'fail',
  message,
  advice:
    `Stop the server, move ${dataFolder} away, and make it of a backup: embedline restore <backup> --data ${dataFolder}. ` +
    `Without one, sqlite3 ${file} .recover saves what can be read; a task that only lacks vectors is run again (POST /api/tasks/{id}/rerun).`,
})
