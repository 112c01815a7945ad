import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { EmbedlineError } from '../domain/errors.ts'
import { asStorageFailure } from '../domain/storageFailure.ts'

const READ_BYTES = 256 * 1024

export interface FileContent {
  /** MD5, hex. */
  checksum: string
  sizeBytes: number
}

/**
 * Tells what a file holds while `read` reads it: the bytes of the checksum are those that were read. Throws
 * `file_changed` when somebody wrote or replaced the file meanwhile, whatever `read` made of it.
 */
export async function whileUnchanged<T>(
  file: string,
  read: () => Promise<T>,
): Promise<{ result: T; content: FileContent }> {
  const handle = await openFile(file)
  try {
    const before = await handle.stat({ bigint: true })
    const sizeBytes = Number(before.size)
    const content = { checksum: await md5(handle, sizeBytes), sizeBytes }
    const [outcome] = await Promise.allSettled([read()])
    // By its name, because `read` opened it by its name.
    if (!isSame(before, await stat(file, { bigint: true }).catch(() => undefined)))
      throw new EmbedlineError('file_changed', 'The file was changed while it was read.')
    if (outcome.status === 'rejected') throw outcome.reason
    return { result: outcome.value, content }
  } finally {
    await handle.close()
  }
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file)
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT')
      throw new EmbedlineError('file_changed', 'The file is gone.', { cause: failure })
    throw asStorageFailure(failure)
  }
}

/** Of the first `sizeBytes`; a file that has grown since is found out later. */
async function md5(handle: FileHandle, sizeBytes: number): Promise<string> {
  const hash = createHash('md5')
  const block = Buffer.allocUnsafe(Math.min(READ_BYTES, sizeBytes))
  for (let at = 0; at < sizeBytes;) {
    const { bytesRead } = await handle.read(block, 0, block.length, at)
    if (bytesRead === 0) break
    hash.update(block.subarray(0, bytesRead))
    at += bytesRead
  }
  return hash.digest('hex')
}

const isSame = (before: BigIntStats, after: BigIntStats | undefined): boolean =>
  after !== undefined &&
  before.ino === after.ino &&
  before.size === after.size &&
  before.mtimeNs === after.mtimeNs &&
  before.ctimeNs === after.ctimeNs
