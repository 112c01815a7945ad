import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface MountedDisk {
  folder: string
  /** Makes the disk larger or smaller. */
  resize(megabytes: number): Promise<void>
  unmount(): Promise<void>
}

const run = promisify(execFile)

/** A real disk of this size in memory. Undefined where this user may not mount one. */
export async function mountDisk(megabytes: number): Promise<MountedDisk | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-disk-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])
  } catch {
    await remove()
    return undefined
  }
  // Whoever is ended before leaves no mount behind.
  const atExit = () => execFileSync('umount', ['-l', folder])
  process.once('exit', atExit)
  return {
    folder,
    resize: async (size) => void (await run('mount', ['-o', `remount,size=${size}m`, folder])),
    async unmount() {
      process.removeListener('exit', atExit)
      await run('umount', ['-l', folder])
      await remove()
    },
  }
}
