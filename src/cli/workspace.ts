import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Opened } from '../lib/closing.ts'

const PREFIX = 'embedline-own-'

/** A folder for one command, removed with all that is in it by `close`. */
export interface Workspace extends Opened {
  folder: string
}

/** Makes the folder, and removes those of earlier commands that were killed before they could. */
export async function openWorkspace(parent: string = tmpdir()): Promise<Workspace> {
  await removeLeftovers(parent)
  const folder = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`))
  return { folder, close: () => remove(folder) }
}

async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, pid] = /^embedline-own-(\d+)-\w+$/.exec(name) ?? []
    // Someone else's folder may be there that cannot be removed; that is no reason not to begin.
    if (pid !== undefined && !isAlive(Number(pid))) await remove(join(parent, name)).catch(() => undefined)
  }
}

const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 })

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
