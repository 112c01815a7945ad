import { existsSync } from 'node:fs'
import { EmbedlineError } from '../../domain/errors.ts'
import { findDamage } from '../../store/findDamage.ts'
import type { Check } from './check.ts'

/** Reads the whole database and says whether it is sound, also while a server works with it. */
export function checkDatabase(file: string, dataFolder: string): Check[] {
  const name = 'database'
  if (!existsSync(file)) return []
  try {
    const damage = findDamage(file)
    if (damage.length === 0) return [{ name, state: 'ok', message: `${file} is sound` }]
    return [damaged(file, dataFolder, damage[0] ?? '')]
  } catch (error) {
    if (!(error instanceof EmbedlineError)) throw error
    return [damaged(file, dataFolder, error.message)]
  }
}

// Nothing is repaired here: what a repair would lose is for the operator to decide.
const damaged = (file: string, dataFolder: string, what: string): Check => ({
  name: 'database',
  state: 'fail',
  message: `${file} is damaged: ${what}`,
  advice:
    `Stop the server, move ${dataFolder} away, and make it of a backup: embedline restore <backup> --data ${dataFolder}. ` +
    `Without one, sqlite3 ${file} .recover saves what can be read.`,
})
