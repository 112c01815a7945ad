import { constants, existsSync } from 'node:fs'
import { access, chmod, mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EmbedlineError } from '../../domain/errors.ts'
import { lockFolder } from '../../store/lock.ts'
import type { Check, Fix } from './check.ts'

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
      ...(await fixOfRights(existing)),
    }
  }
  if (existing !== folder) {
    const fix = {
      what: `make the folder ${folder}`,
      run: async () => void (await mkdir(folder, { recursive: true })),
    }
    return { name, state: 'ok', message: `${folder} will be made`, fix }
  }
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

/** Who owns a folder may give itself the right to write there. */
async function fixOfRights(folder: string): Promise<{ fix?: Fix }> {
  const found = await stat(folder)
  const rights = found.mode & 0o7777
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (rights & 0o700) === 0o700) return {}
  return { fix: { what: `give its owner all rights in ${folder}`, run: () => chmod(folder, rights | 0o700) } }
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
