import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { EmbedlineError } from '../domain/errors.ts'
import { asStorageFailure } from '../domain/storageFailure.ts'
import { fileFacts } from './fileFacts.ts'

const READ_BYTES = 256 * 1024

/**
 * Reads an open file to its end and closes it, at the end, at a failure and when the stream is destroyed. Instead of
 * ending it fails with `file_changed` when the file has not the change token any more.
 */
export function readUnchanged(handle: FileHandle, changeToken: string): Readable {
  return new Readable({
    highWaterMark: READ_BYTES,
    read() {
      readNext(handle, changeToken).then(
        (bytes) => this.push(bytes),
        (failure: Error) => this.destroy(failure),
      )
    },
    destroy(failure, done) {
      void closeAndTell(handle, failure, done)
    },
  })
}

/** The next bytes, or null at the end. */
async function readNext(handle: FileHandle, changeToken: string): Promise<Buffer | null> {
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES)
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
