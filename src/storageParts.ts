import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Config } from './config.ts'
import { EmbedlineError } from './domain/errors.ts'
import type { Opened } from './lib/closing.ts'
import { openDiskObjects } from './objects/disk.ts'
import type { Objects } from './objects/objects.ts'
import { watchDisk, type DiskGuard } from './tasks/disk/watchDisk.ts'
import type { TaskParts } from './tasks/parts.ts'

/** A folder, or S3, whose client only those load who use it. */
export async function openObjects(
  { objectsFolder: folder, s3, storageCacheBytes: cacheBytes }: Config,
  {
    store,
    clock,
    logger,
    admit,
  }: Pick<TaskParts, 'store' | 'clock' | 'logger'> & { admit: () => Promise<void> },
): Promise<Objects & Opened> {
  if (!s3) return inFolder(folder, () => openDiskObjects({ folder, admit }))
  const { openS3Objects } = await import('./objects/s3/openS3.ts')
  return openS3Objects({
    ...{ settings: s3, folder, cacheBytes, clock, logger, admit },
    random: Math.random,
    exclusively: store.exclusively,
  })
}

/** Looks at the disks that the server writes to; what it keeps on one of them is named in metrics. */
export async function openDisk(
  { database, objectsFolder, diskFloorBytes }: Config,
  parts: Pick<TaskParts, 'clock' | 'logger'> & { onRoom: () => void },
): Promise<DiskGuard & Opened> {
  await inFolder(objectsFolder, () => mkdir(objectsFolder, { recursive: true }))
  const folders = {
    ...('file' in database && { database: dirname(database.file) }),
    objects: objectsFolder,
  }
  return watchDisk({
    ...parts,
    folders,
    ...(diskFloorBytes !== undefined && { floorBytes: diskFloorBytes }),
  })
}

/** Says of what the system refuses at the start which folder that was: the operator can do something about it. */
export async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (failure) {
    const cause = failure instanceof EmbedlineError ? failure.cause : failure
    if (!(cause instanceof Error && 'syscall' in cause)) throw failure
    const message = `the folder ${folder} cannot be used: ${cause.message}`
    throw new EmbedlineError('storage_unavailable', message, { cause })
  }
}
