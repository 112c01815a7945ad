import { constants, existsSync } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EmbedlineError } from '../../domain/errors.ts'
import { lockFolder } from '../../store/lock.ts'
import type { Check } from './check.ts'

/** Says whether the server could write to its folder and have it for itself. Creates nothing. */
export async function checkDataFolder(folder: string): Promise<Check> {
  const name = 'data folder'
  const existing = await nearestExisting(folder)
  try {
    await access(existing, constants.W_OK | constants.X_OK)
    if (!(await stat(existing)).isDirectory()) throw new Error('it is no folder')
  } catch (error) {
    return {
      name,
      state: 'fail',
      message: `${existing} cannot be written (${error instanceof Error ? error.message : String(error)})`,
      advice: 'Give this user the right to write there, or choose another folder with --data.',
    }
  }
  if (existing !== folder) return { name, state: 'ok', message: `${folder} will be made` }
  if (!existsSync(join(folder, 'lock.db'))) return { name, state: 'ok', message: `${folder} can be written` }
  try {
    await lockFolder(folder).close()
    return { name, state: 'ok', message: `${folder} can be written and no server holds it` }
  } catch (error) {
    if (!(error instanceof EmbedlineError)) throw error
    return {
      name,
      state: 'warn',
      message: error.message,
      advice: 'One server at a time may use a folder: another one needs another --data.',
    }
  }
}

/** The folder itself, or the nearest one above it that is there. */
export async function nearestExisting(path: string): Promise<string> {
  try {
    await access(path)
    return path
  } catch {
    return path === dirname(path) ? path : nearestExisting(dirname(path))
  }
}
