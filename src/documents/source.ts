import { createHash } from 'node:crypto'
import {
  type BigIntStats,
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { EmbedlineError } from '../domain/errors.ts'
import { bytesOf, inMostBytes, type MostBytes } from '../domain/limitFacts.ts'
import { asStorageFailure } from '../domain/storageFailure.ts'

/** The bytes of a document, read as often and as far as its format needs. */
export interface Source {
  /** The last part of its key. */
  readonly name: string
  readonly sizeBytes: number
  /** All bytes, in parts. */
  bytes(): AsyncGenerator<Buffer, void>
  /** All bytes at once. Throws `document_too_large` above the bound. */
  whole(limitBytes: MostBytes): Promise<Buffer>
  /** The bytes from `offset` on, fewer than `length` only at the end of the file. */
  part(offset: number, length: number): Promise<Buffer>
  /** MD5 of all bytes, hex. */
  checksum(): Promise<string>
  /** Throws `aborted` when nobody wants the document any more. */
  throwIfAborted(): void
  /** Throws `file_changed` when somebody has written, replaced or removed the file since it was opened. */
  throwIfChanged(): void
}

// Most documents are no larger, and are then read once.
const HEAD_BYTES = 64 * 1024

/**
 * Looks at a file and reads its beginning. Throws `file_changed` when it is not there or something else than a file has
 * taken its place, `document_unreadable` when the server may not read it.
 */
export function openSource(file: string, name: string, signal?: AbortSignal): Source {
  const { head, facts } = readHead(file)
  const sizeBytes = Number(facts.size)
  const throwIfAborted = (): void => {
    if (signal?.aborted) throw new EmbedlineError('aborted', 'Reading the document was stopped.')
  }

  async function* bytes(): AsyncGenerator<Buffer, void> {
    throwIfAborted()
    if (head.length > 0) yield head
    if (head.length >= sizeBytes) return
    for await (const chunk of createReadStream(file, { start: head.length })) {
      throwIfAborted()
      yield chunk as Buffer
    }
  }

  async function part(offset: number, length: number): Promise<Buffer> {
    const end = Math.min(sizeBytes, offset + length)
    return end <= head.length ? head.subarray(offset, end) : readPart(file, offset, end)
  }

  return {
    name,
    sizeBytes,
    bytes,
    part,
    throwIfAborted,
    throwIfChanged() {
      if (!isSame(facts, statSync(file, { bigint: true, throwIfNoEntry: false })))
        throw new EmbedlineError('file_changed', 'The file was changed while it was read.')
    },
    async checksum() {
      const hash = createHash('md5')
      for await (const part of bytes()) hash.update(part)
      return hash.digest('hex')
    },
    whole(limitBytes) {
      throwIfAborted()
      throwIfLarger(sizeBytes, limitBytes)
      return part(0, sizeBytes)
    },
  }
}

// Synchronously, because the page cache answers sooner than another thread is woken up: a small file takes a tenth of
// the computing time of four awaited calls.
function readHead(file: string): { head: Buffer; facts: BigIntStats } {
  const descriptor = openThere(file)
  try {
    const facts = fstatSync(descriptor, { bigint: true })
    if (!facts.isFile()) throw gone()
    const head = Buffer.alloc(Math.min(HEAD_BYTES, Number(facts.size)))
    return { head: head.subarray(0, readSync(descriptor, head, 0, head.length, 0)), facts }
  } catch (failure) {
    throw asStorageFailure(failure)
  } finally {
    closeSync(descriptor)
  }
}

// A link that was put there may lead to what is nobody's business, and opening a pipe would wait for its other end.
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
/** What the system says of nothing, a link, and a socket. */
const NO_FILE = new Set(['ENOENT', 'ELOOP', 'ENXIO'])

const gone = (cause?: unknown): EmbedlineError =>
  new EmbedlineError('file_changed', 'The file is gone.', { cause })

function openThere(file: string): number {
  try {
    return openSync(file, FILE)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== undefined && NO_FILE.has(code)) throw gone(cause)
    if (code === 'EACCES')
      throw new EmbedlineError('document_unreadable', 'The server may not read the file.', { cause })
    throw asStorageFailure(cause)
  }
}

const isSame = (one: BigIntStats, other: BigIntStats | undefined): boolean =>
  other !== undefined &&
  one.ino === other.ino &&
  one.size === other.size &&
  one.mtimeNs === other.mtimeNs &&
  one.ctimeNs === other.ctimeNs

async function readPart(file: string, offset: number, end: number): Promise<Buffer> {
  const handle = await open(file)
  try {
    const buffer = Buffer.alloc(Math.max(0, end - offset))
    let filled = 0
    for (let bytesRead = -1; bytesRead !== 0 && filled < buffer.length; filled += bytesRead)
      ({ bytesRead } = await handle.read(buffer, filled, buffer.length - filled, offset + filled))
    return buffer.subarray(0, filled)
  } finally {
    await handle.close()
  }
}

/** Throws `document_too_large` above the bound. */
export function throwIfLarger(sizeBytes: number, most: MostBytes): void {
  if (sizeBytes > bytesOf(most))
    throw new EmbedlineError(
      'document_too_large',
      `Documents of this type may have ${Math.floor(bytesOf(most) / 1024 / 1024)} MiB${inMostBytes(most)}; this one is larger.`,
    )
}
