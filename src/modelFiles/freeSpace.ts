import { statfs } from 'node:fs/promises'
import { EmbedlineError } from '../domain/errors.ts'

/** Stays free, for the database that may lie on the same disk. */
const RESERVED_BYTES = 256 * 1024 ** 2

/** Throws `disk_full`, with the numbers, when so many bytes do not fit into a folder. */
export async function checkFreeSpace(
  folder: string,
  neededBytes: number,
  reservedBytes: number = RESERVED_BYTES,
): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const freeBytes = bavail * bsize
  if (freeBytes >= neededBytes + reservedBytes) return
  throw new EmbedlineError(
    'disk_full',
    `The disk of ${folder} has ${inMegabytes(freeBytes)} free; the rest of the model takes ${inMegabytes(neededBytes)}, and ${inMegabytes(reservedBytes)} stay free for the server.`,
  )
}

const inMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
