import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { EmbedlineError } from '../../domain/errors.ts'
import { touchingDisk } from '../durable.ts'
import type { Bucket, Content } from './bucket.ts'
import { asStoreFailure, mayGoRight, storageChanged } from './failure.ts'
import { pause, type Pace } from './retry.ts'

export interface Reading {
  /** Of what is read. */
  sizeBytes: number
  /** Of the whole object, hex, when the store knows it. */
  md5: string | undefined
  chunks: AsyncGenerator<Uint8Array, void>
}

export interface ReadParts {
  bucket: Bucket
  pace: Pace
}

/**
 * Reads an object, or those bytes of it, and goes on by range when the connection is cut. Undefined: there is none. With
 * `match` it must have that ETag: another one is `storage_unavailable` with the reason `storage_changed`. The chunks throw `storage_unavailable` when the store gives up, or when the object is another one meanwhile, and `aborted`.
 */
export async function read(
  parts: ReadParts,
  key: string,
  { match, ...range }: { first?: number; last?: number; match?: string } = {},
  signal?: AbortSignal,
): Promise<Reading | undefined> {
  const content = await parts.bucket.get(key, { ...range, match, signal })
  if (!content) return undefined
  // Some stores do not know the condition.
  if (match !== undefined && content.etag !== match) {
    content.body.destroy()
    throw changed()
  }
  const { sizeBytes, md5 } = content
  return { sizeBytes, md5, chunks: chunksOf(parts, { key, content, range }, signal) }
}

interface Begun {
  key: string
  content: Content
  range: { first?: number; last?: number }
}

async function* chunksOf(
  { bucket, pace }: ReadParts,
  { key, content, range }: Begun,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const { sizeBytes, etag } = content
  let { body } = content
  let doneBytes = 0
  let failures = 0
  try {
    for (;;) {
      let failure: unknown
      try {
        for await (const chunk of body as AsyncIterable<Uint8Array>) {
          doneBytes += chunk.length
          failures = 0
          yield chunk
        }
        if (doneBytes >= sizeBytes) return
        failure = cut()
      } catch (thrown) {
        if (doneBytes >= sizeBytes) return
        failure = signal?.aborted ? new EmbedlineError('aborted', 'The reading was stopped.') : thrown
      }
      if (++failures >= pace.attempts || !mayGoRight(failure)) throw asStoreFailure(failure)
      body.destroy()
      await pause(pace, failures, signal)
      const first = (range.first ?? 0) + doneBytes
      const last = range.last === undefined ? {} : { last: range.last }
      const next = await bucket.get(key, { first, ...last, match: etag, signal })
      if (!next || next.etag !== etag) {
        next?.body.destroy()
        throw changed()
      }
      body = next.body
    }
  } finally {
    body.destroy()
  }
}

const cut = () => Object.assign(new Error('the connection was cut'), { code: 'ECONNRESET' })

const changed = () => storageChanged('What is stored changed while it was read.')

/**
 * Writes an object to a file, which is durable then, and returns its SHA-256, hex. Of a file that is there already what is
 * in it is taken for the beginning. Undefined: there is no such object. Throws as `read`, and `disk_full`.
 */
export async function readToFile(
  parts: ReadParts,
  key: string,
  {
    path,
    signal,
    onSize,
    onBytes = () => {},
  }: {
    path: string
    signal?: AbortSignal
    onSize?: (sizeBytes: number) => Promise<void>
    /** Is given all of it in order, also what is in the file already. */
    onBytes?: (bytes: Uint8Array) => void
  },
): Promise<{ hash: string; sizeBytes: number } | undefined> {
  const wholeBytes = await parts.bucket.sizeOf(key)
  if (wholeBytes === undefined) {
    // That answer has no words: where the bucket is gone it is the same.
    const content = await parts.bucket.get(key, { signal })
    content?.body.destroy()
    return undefined
  }
  await onSize?.(wholeBytes)
  const file = await touchingDisk(() => open(path, 'a+'))
  try {
    const hash = createHash('sha256')
    let sizeBytes = 0
    if ((await file.stat()).size > wholeBytes) await file.truncate(0)
    for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) {
      hash.update(chunk as Buffer)
      onBytes(chunk as Buffer)
      sizeBytes += (chunk as Buffer).length
    }
    const rest = sizeBytes < wholeBytes ? await read(parts, key, { first: sizeBytes }, signal) : undefined
    for await (const chunk of rest?.chunks ?? []) {
      hash.update(chunk)
      onBytes(chunk)
      sizeBytes += chunk.length
      await touchingDisk(() => file.appendFile(chunk))
    }
    await touchingDisk(() => file.datasync())
    return { hash: hash.digest('hex'), sizeBytes }
  } finally {
    await file.close()
  }
}
