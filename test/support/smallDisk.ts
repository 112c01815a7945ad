import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'

export interface SmallDisk {
  folder: string
  /** Makes the disk larger or smaller. */
  resize(megabytes: number): Promise<void>
}

const run = promisify(execFile)

/** A real disk of this size in memory, which goes with the test. Undefined where this user may not mount one. */
export async function smallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-disk-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])
  } catch {
    await remove()
    return undefined
  }
  onTestFinished(async () => {
    await run('umount', ['-l', folder])
    await remove()
  })
  return {
    folder,
    resize: async (size) => void (await run('mount', ['-o', `remount,size=${size}m`, folder])),
  }
}
