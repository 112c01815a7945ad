import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { touchingDisk } from '../durable.ts'
import type { Bucket, MultipartUpload, SentPart, Source } from './bucket.ts'
import { storageChanged } from './failure.ts'

/** Files up to this size are sent at once, larger ones in parts; larger objects are copied in parts. */
export interface Sizes {
  sendBytes: number
  copyBytes: number
}

export const SIZES: Sizes = { sendBytes: 64 * 1024 ** 2, copyBytes: 256 * 1024 ** 2 }

const MOST_PARTS = 10_000

const AT_A_TIME = 4

/** A part of a file as it can be sent, with what the store checks it by. It is read for that, if that is not known. */
export async function sourceOf(
  path: string,
  first: number,
  sizeBytes: number,
  known?: Buffer,
): Promise<Source> {
  const isEmpty = sizeBytes === 0
  const open = () => createReadStream(path, { start: first, end: first + sizeBytes - 1 })
  const md5 = known ?? (await touchingDisk(() => digestOf(isEmpty ? [] : open())))
  return { open: isEmpty ? () => new Uint8Array() : open, sizeBytes, md5: md5.toString('base64') }
}

async function digestOf(chunks: AsyncIterable<unknown> | Iterable<unknown>): Promise<Buffer> {
  const md5 = createHash('md5')
  for await (const chunk of chunks) md5.update(chunk as Buffer)
  return md5.digest()
}

/** Sends a file to become an object. Memory does not grow with it. */
export async function sendFile(
  bucket: Bucket,
  key: string,
  file: { path: string; sizeBytes: number },
  { sendBytes }: Sizes,
): Promise<void> {
  if (file.sizeBytes <= sendBytes) return bucket.put(key, await sourceOf(file.path, 0, file.sizeBytes))
  await inParts(
    bucket,
    key,
    { totalBytes: file.sizeBytes, leastBytes: sendBytes },
    async (upload, { number, first, sizeBytes }) =>
      bucket.putPart(upload, number, await sourceOf(file.path, first, sizeBytes)),
  )
}

/** Copies an object within the store, however large it is. False: there is nothing to copy. */
export async function copyObject(
  bucket: Bucket,
  from: string,
  to: string,
  { copyBytes }: Sizes,
): Promise<boolean> {
  const totalBytes = await bucket.sizeOf(from)
  if (totalBytes === undefined) return false
  if (totalBytes <= copyBytes) return bucket.copy(from, to)
  await inParts(bucket, to, { totalBytes, leastBytes: copyBytes }, (upload, { number, first, sizeBytes }) =>
    bucket.copyPart(upload, number, { key: from, first, last: first + sizeBytes - 1 }),
  )
  return true
}

interface Part {
  number: number
  first: number
  sizeBytes: number
}

/** Makes an object of parts, a few at a time. `make` returns undefined when the upload is gone. */
async function inParts(
  bucket: Bucket,
  key: string,
  { totalBytes, leastBytes }: { totalBytes: number; leastBytes: number },
  make: (upload: MultipartUpload, part: Part) => Promise<SentPart | undefined>,
): Promise<void> {
  const partBytes = Math.max(leastBytes, Math.ceil(totalBytes / MOST_PARTS))
  const count = Math.ceil(totalBytes / partBytes)
  const upload = await bucket.beginParts(key)
  const made: SentPart[] = []
  let next = 0
  const work = async () => {
    while (next < count) {
      const at = next++
      const first = at * partBytes
      const part = { number: at + 1, first, sizeBytes: Math.min(partBytes, totalBytes - first) }
      const sent = await make(upload, part)
      if (!sent) throw gone()
      made[at] = sent
    }
  }
  const workers = Array.from({ length: AT_A_TIME }, () =>
    work().catch((failure: unknown) => {
      next = count
      throw failure
    }),
  )
  try {
    await Promise.all(workers)
    // Of a second attempt that comes after a lost answer, the upload is gone and the object there.
    if (!(await bucket.completeParts(upload, made)) && (await bucket.sizeOf(key)) === undefined) throw gone()
  } catch (failure) {
    // What is still on its way would come back after it was removed.
    await Promise.allSettled(workers)
    await bucket.abortParts(upload).catch(() => {})
    throw failure
  }
}

const gone = () => storageChanged('The storage has given up an upload.')
