import { constants } from 'node:fs'
import { copyFile, link, mkdir, rm, stat, utimes } from 'node:fs/promises'
import { dirname } from 'node:path'
import { asStorageFailure } from '../../domain/storageFailure.ts'
import { moveDurably, sync } from '../../modelFiles/durable.ts'
import { hashFile } from '../../objects/diskParts.ts'

export interface CopyOptions {
  /** Gives the bytes a second name instead of copying them, where that can be done. For files that never change. */
  links?: boolean
}

const never = new AbortController().signal

/**
 * Copies a file as a whole, durably, with the time of its last change: at its new place it is there completely or not at
 * all. False when there is nothing to copy any more. Throws `disk_full` and `storage_unavailable`.
 */
export async function copyWhole(
  from: string,
  to: string,
  { links = false }: CopyOptions = {},
): Promise<boolean> {
  const half = `${to}.half`
  try {
    const { atime, mtime } = await stat(from)
    await mkdir(dirname(to), { recursive: true, mode: 0o700 })
    if (links && (await linked(from, to))) return true
    // Where the file system can, it shares the blocks until one of the two is written to.
    await copyFile(from, half, constants.COPYFILE_FICLONE)
    await utimes(half, atime, mtime)
    await sync(half)
    await moveDurably(half, to)
    return true
  } catch (failure) {
    await rm(half, { force: true })
    if (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT') return false
    throw asStorageFailure(failure)
  }
}

/** Not between two disks, and not where a file system or the owner of a file forbids it. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    await sync(dirname(to))
    return true
  } catch (failure) {
    const code = failure instanceof Error && 'code' in failure ? failure.code : undefined
    if (code === 'EEXIST') return true
    if (code === 'ENOENT') throw failure
    return false
  }
}

/** Size and SHA-256 of a file; undefined when it is not there. */
export async function digestOf(path: string): Promise<{ sizeBytes: number; sha256: string } | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ? { sizeBytes: found.size, sha256: await hashFile(path, never) } : undefined
}
