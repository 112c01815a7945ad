import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { EmbedlineError } from '../domain/errors.ts'

/** The bytes of a document, read as often and as far as its format needs. */
export interface Source {
  /** The last part of its key. */
  readonly name: string
  readonly file: string
  readonly sizeBytes: number
  /** All bytes, in parts. */
  bytes(): AsyncGenerator<Buffer, void>
  /** All bytes at once. Throws `document_too_large` above the bound. */
  whole(limitBytes: number): Promise<Buffer>
  /** The bytes from `offset` on, fewer than `length` only at the end of the file. */
  part(offset: number, length: number): Promise<Buffer>
  /** Throws `aborted` when nobody wants the document any more. */
  throwIfAborted(): void
}

export async function openSource(file: string, name: string, signal?: AbortSignal): Promise<Source> {
  const { size: sizeBytes } = await stat(file)
  const throwIfAborted = (): void => {
    if (signal?.aborted) throw new EmbedlineError('aborted', 'Reading the document was stopped.')
  }

  async function* bytes(): AsyncGenerator<Buffer, void> {
    for await (const chunk of createReadStream(file)) {
      throwIfAborted()
      yield chunk as Buffer
    }
  }

  async function part(offset: number, length: number): Promise<Buffer> {
    const handle = await open(file)
    try {
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, sizeBytes - offset)))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset)
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  }

  return {
    name,
    file,
    sizeBytes,
    bytes,
    part,
    throwIfAborted,
    whole(limitBytes) {
      throwIfAborted()
      throwIfLarger(sizeBytes, limitBytes)
      return part(0, sizeBytes)
    },
  }
}

/** Throws `document_too_large` above the bound. */
export function throwIfLarger(sizeBytes: number, limitBytes: number): void {
  if (sizeBytes > limitBytes)
    throw new EmbedlineError(
      'document_too_large',
      `Documents of this type may have ${Math.floor(limitBytes / 1024 / 1024)} MiB; this one is larger.`,
    )
}
