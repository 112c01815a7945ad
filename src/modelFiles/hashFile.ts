import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { EmbedlineError } from '../domain/errors.ts'

/** Small enough that hashing one does not hold up the main loop. */
const CHUNK_BYTES = 256 * 1024

export interface FileHashes {
  sizeBytes: number
  /** Hex. */
  sha256: string
  /** As git names the same bytes, hex: SHA-1 of `blob`, the size and the bytes. */
  gitOid: string
}

/** What is known beforehand of the bytes of a file. */
export interface ExpectedFile {
  sizeBytes: number
  sha256?: string
  gitOid?: string
}

/** Reads a file to its end. Throws `aborted` when `signal` is, and what the system says of a file it cannot read. */
export async function hashFile(
  path: string,
  { signal, onBytes }: { signal?: AbortSignal; onBytes?: (count: number) => void } = {},
): Promise<FileHashes> {
  const file = await open(path)
  try {
    const { size: sizeBytes } = await file.stat()
    const sha256 = createHash('sha256')
    const git = createHash('sha1').update(`blob ${sizeBytes}\0`)
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    for (;;) {
      if (signal?.aborted === true) throw stopped()
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES)
      if (bytesRead === 0) break
      const chunk = buffer.subarray(0, bytesRead)
      sha256.update(chunk)
      git.update(chunk)
      onBytes?.(bytesRead)
    }
    return { sizeBytes, sha256: sha256.digest('hex'), gitOid: git.digest('hex') }
  } finally {
    await file.close()
  }
}

/** What a file has that was not expected, in words; undefined when it is as expected. */
export function difference(found: FileHashes, expected: ExpectedFile): string | undefined {
  if (found.sizeBytes !== expected.sizeBytes)
    return `it has ${found.sizeBytes} bytes instead of ${expected.sizeBytes}`
  if (expected.sha256 !== undefined && found.sha256 !== expected.sha256)
    return `its SHA-256 is ${found.sha256} instead of ${expected.sha256}`
  if (expected.gitOid !== undefined && found.gitOid !== expected.gitOid)
    return `its git hash is ${found.gitOid} instead of ${expected.gitOid}`
  return undefined
}

/** For work that was told to stop; what it has done so far stays. */
export const stopped = (): EmbedlineError => new EmbedlineError('aborted', 'The pull was stopped.')
