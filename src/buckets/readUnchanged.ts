import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { EmbedlineError } from '../domain/errors.ts'
import { asStorageFailure } from '../domain/storageFailure.ts'
import type { ByteRange } from './buckets.ts'
import { fileFacts } from './fileFacts.ts'

const READ_BYTES = 256 * 1024

const ALL: ByteRange = { first: 0, last: Number.MAX_SAFE_INTEGER - 1 }

/**
 * Reads an open file, or a range of it, to the end and closes it, at the end, at a failure and when the stream is
 * destroyed. Instead of ending it fails with `file_changed` when the file has not the change token any more.
 */
export function readUnchanged(handle: FileHandle, changeToken: string, { first, last } = ALL): Readable {
  let position = first
  return new Readable({
    highWaterMark: READ_BYTES,
    read() {
      readNext(handle, changeToken, { first: position, last }).then(
        (bytes) => {
          position += bytes?.length ?? 0
          this.push(bytes)
        },
        (failure: Error) => this.destroy(failure),
      )
    },
    destroy(failure, done) {
      void closeAndTell(handle, failure, done)
    },
  })
}

/** The next bytes, or null at the end. */
async function readNext(
  handle: FileHandle,
  changeToken: string,
  { first, last }: ByteRange,
): Promise<Buffer | null> {
  const length = Math.min(READ_BYTES, last + 1 - first)
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, first)
    if (bytesRead > 0) return buffer.subarray(0, bytesRead)
    if (fileFacts(await handle.stat({ bigint: true })).changeToken === changeToken) return null
  } catch (failure) {
    throw asStorageFailure(failure)
  }
  throw new EmbedlineError('file_changed', 'The file was changed while it was read.')
}

async function closeAndTell(
  handle: FileHandle,
  failure: Error | null,
  done: (failure: Error | null) => void,
) {
  const closing = await handle.close().then(() => null, asStorageFailure)
  done(failure ?? closing)
}
