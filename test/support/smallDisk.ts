import { onTestFinished } from 'vitest'
import { mountDisk, type MountedDisk } from './mountedDisk.ts'

export type SmallDisk = Omit<MountedDisk, 'unmount'>

/** A real disk of this size in memory, which goes with the test. Undefined where this user may not mount one. */
export async function smallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const disk = await mountDisk(megabytes)
  if (disk) onTestFinished(() => disk.unmount())
  return disk
}
