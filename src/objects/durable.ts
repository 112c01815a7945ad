import { open } from 'node:fs/promises'
import { asStorageFailure } from '../domain/storageFailure.ts'

/** A rename survives a power cut only once the folder that names the file is on the disk too. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Runs what touches the disk. Throws `disk_full` or `storage_unavailable` for what the system says of it. */
export async function touchingDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (failure) {
    throw asStorageFailure(failure)
  }
}

/** What comes of touching a file; undefined when it is not there. */
export async function ifThere<T>(touched: Promise<T>): Promise<T | undefined> {
  try {
    return await touched
  } catch (failure) {
    if (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT') return undefined
    throw failure
  }
}
