import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Buckets } from './buckets/buckets.ts'
import { openFolderBuckets } from './buckets/folderBuckets.ts'
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

/** Folders, or buckets of an S3 store; the one with stored bytes is none of them. */
export async function openBuckets(
  { bucketsUrl, s3, s3Place, dataFolder }: Config,
  {
    clock,
    ids,
    open,
  }: Pick<TaskParts, 'clock' | 'ids'> & { open: <Part extends Opened>(part: Part) => Part },
): Promise<Buckets> {
  if (!bucketsUrl.startsWith('s3:'))
    return openFolderBuckets({ url: bucketsUrl, clock, uploadId: () => ids.uuid() })
  const { openS3Store } = await import('./objects/s3/openStore.ts')
  const { openS3Buckets } = await import('./buckets/s3Buckets.ts')
  return openS3Buckets({
    store: open(openS3Store({ place: s3Place, random: Math.random })),
    template: bucketsUrl,
    reserved: s3 ? [s3.bucket] : [],
    folder: join(dataFolder, 'buckets-s3'),
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
