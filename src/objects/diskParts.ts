import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import { ifThere, syncFolder, touchingDisk } from './durable.ts'
import type { PartUpload } from './objects.ts'

/** While a part comes in, the free space is looked at after so many bytes. */
const CHECK_EVERY_BYTES = 16 * 1024 ** 2

/** So much is hashed at a time: a millisecond, then others have their turn. */
const HASH_BYTES = 256 * 1024

/** Opens a file, made when it is not there, to write one part of it in its place: what no part has written takes no space. */
export async function openPart(
  path: string,
  { offset, sizeBytes: wantedBytes }: { offset: number; sizeBytes: number },
  checkSpace: () => Promise<void>,
): Promise<PartUpload> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT)
  const hash = createHash('md5')
  let sizeBytes = 0
  let checkedBytes = 0
  return {
    write: (chunk) =>
      touchingDisk(async () => {
        if (sizeBytes + chunk.length > wantedBytes)
          throw new EmbedlineError('too_large', `The part has ${wantedBytes} bytes and no more.`)
        if (sizeBytes - checkedBytes >= CHECK_EVERY_BYTES) {
          checkedBytes = sizeBytes
          await checkSpace()
        }
        hash.update(chunk)
        for (let at = 0; at < chunk.length;) {
          const { bytesWritten } = await file.write(chunk, at, chunk.length - at, offset + sizeBytes + at)
          at += bytesWritten
        }
        sizeBytes += chunk.length
      }),
    finish: () =>
      touchingDisk(async () => {
        await file.datasync()
        await syncFolder(dirname(path))
        return { sizeBytes, md5: hash.digest('hex') }
      }),
    close: () => file.close(),
  }
}

/** The SHA-256 of a file, hex. Throws `input_missing` when it is gone or not of that size, and `aborted`. */
export async function hashFile(path: string, signal: AbortSignal, sizeBytes?: number): Promise<string> {
  const file = await ifThere(open(path, 'r'))
  if (!file) throw gone()
  try {
    if (sizeBytes !== undefined && (await file.stat()).size !== sizeBytes) throw gone()
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafe(HASH_BYTES)
    for (;;) {
      if (signal.aborted) throw new EmbedlineError('aborted', 'The hashing was stopped.')
      const { bytesRead } = await file.read(buffer, 0, HASH_BYTES, null)
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(buffer.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}

/** Moves a file; when it was moved already, that is fine. Throws `input_missing` when it is at neither place. */
export async function moveFile(from: string, to: string): Promise<void> {
  const isMoved = await ifThere(rename(from, to).then(() => true))
  if (isMoved) return
  const isThere = await ifThere(access(to).then(() => true))
  if (!isThere) throw gone()
}

const gone = () => new EmbedlineError('input_missing', 'The parts of the upload are not here any more.')
