import { existsSync } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EmbedlineError } from '../../domain/errors.ts'
import { INCOMING } from '../../objects/incoming.ts'
import { lockFolder } from '../../store/lock.ts'
import { RESTORING } from '../../store/restoring.ts'
import type { Check } from './check.ts'

interface Folders {
  dataFolder: string
  objectsFolder: string
}

/** What servers that were killed left in a data folder that no server holds. Nothing to say while one does. */
export async function checkLeftovers({ dataFolder, objectsFolder }: Folders): Promise<Check[]> {
  if (!existsSync(join(dataFolder, 'lock.db')) || !isFree(dataFolder)) return []
  const checks = [
    await addressOfNobody(dataFolder),
    await halfReceived(dataFolder, join(objectsFolder, INCOMING)),
    halfRestored(dataFolder),
  ].filter((check) => check !== undefined)
  return checks.length > 0
    ? checks
    : [{ name: 'leftovers', state: 'ok', message: `no leftovers in ${dataFolder}` }]
}

/** The commands would look for a server where none is. */
async function addressOfNobody(dataFolder: string): Promise<Check | undefined> {
  const path = join(dataFolder, 'server.json')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  return {
    name: 'leftovers',
    state: 'warn',
    message: `${path} names a server that is gone`,
    advice: 'The next start replaces it; until then commands look for a server there.',
    fix: { what: `remove ${path}`, run: () => whileFree(dataFolder, () => rm(path, { force: true })) },
  }
}

async function halfReceived(dataFolder: string, incoming: string): Promise<Check | undefined> {
  const names = await readdir(incoming).catch(() => [])
  if (names.length === 0) return undefined
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(incoming, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  const megabytes = (sizes.reduce((sum, size) => sum + size, 0) / 1e6).toFixed(1)
  return {
    name: 'leftovers',
    state: 'warn',
    message: `half-received uploads in ${incoming}: ${names.length} (${megabytes} MB)`,
    advice: 'The next start removes them: none of them was acknowledged.',
    fix: {
      what: `remove what is in ${incoming}`,
      run: () =>
        whileFree(dataFolder, async () => {
          for (const name of names) await rm(join(incoming, name), { recursive: true, force: true })
        }),
    },
  }
}

function halfRestored(dataFolder: string): Check | undefined {
  if (!existsSync(join(dataFolder, RESTORING))) return undefined
  return {
    name: 'leftovers',
    state: 'fail',
    message: `${dataFolder} is only partly restored`,
    advice: `Run embedline restore <backup> --data ${dataFolder} again: it goes on where it was.`,
  }
}

function isFree(dataFolder: string): boolean {
  try {
    void lockFolder(dataFolder).close()
    return true
  } catch (error) {
    if (error instanceof EmbedlineError) return false
    throw error
  }
}

/** A server that has started meanwhile keeps what is its own. */
async function whileFree(dataFolder: string, work: () => Promise<void>): Promise<void> {
  const held = lockFolder(dataFolder)
  try {
    await work()
  } finally {
    await held.close()
  }
}
