import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { EmbedlineError } from '../domain/errors.ts'
import { asStorageFailure } from '../domain/storageFailure.ts'
import type { BucketObject, Buckets } from './buckets.ts'
import { checkNewBucket } from './checkNewBucket.ts'
import { notFound } from './folderFailure.ts'
import { compareKeys, segmentsOf } from './key.ts'
import { s3Names } from './s3Names.ts'
import type { S3Store, StoredObject } from './s3Store.ts'
import { watchBytes } from './watchedBytes.ts'

export interface S3BucketsParts {
  store: S3Store
  /** `s3:{account}-`: what the names of an account's buckets begin with in the store. */
  template: string
  /** Buckets of the store in which this server keeps other things. */
  reserved: readonly string[]
  /** Of this process alone: what is on its way lies there. It is emptied. */
  folder: string
}

/** An object that was replaced between two requests is looked at anew so often. */
const MOST_LOOKS = 3

/**
 * Buckets that are buckets of an S3 store. What is read or written passes through files of this machine, because readers of
 * documents want files and the store wants to know sizes. Keys that a folder could not hold are no objects here either.
 */
export async function openS3Buckets({ store, template, reserved, folder }: S3BucketsParts): Promise<Buckets> {
  const names = s3Names(template, reserved)
  let files = 0
  await onDisk(async () => {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
  })

  /** Throws `not_found` for a bucket that the account cannot have, `request_invalid` for such a key. */
  const placeOf = (account: string, bucket: string, key: string) => {
    segmentsOf(key)
    const name = names.inStore(account, bucket)
    if (name === undefined) throw notFound()
    return name
  }

  async function withFile<T>(use: (path: string) => Promise<T>): Promise<T> {
    const path = join(folder, String(++files))
    try {
      return await use(path)
    } finally {
      await rm(path, { force: true })
    }
  }

  const look: Buckets['stat'] = async (account, bucket, key) => {
    const name = placeOf(account, bucket, key)
    const found = await store.head(name, key)
    return found && objectOf(found)
  }

  const stat: Buckets['stat'] = (account, bucket, key) =>
    orAbsent(undefined, () => look(account, bucket, key))

  /** The object with its bytes, as it is at one moment. */
  async function openNow(
    account: string,
    bucket: string,
    key: string,
    options: { range?: { first: number; last: number } | undefined; signal?: AbortSignal | undefined },
  ) {
    const name = placeOf(account, bucket, key)
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const found = await store.head(name, key)
      if (!found) throw notFound()
      // Of no bytes there is no range.
      const isEmpty = found.sizeBytes <= (options.range?.first ?? 0)
      const chunks = isEmpty ? [] : await store.read(name, key, { etag: found.etag, ...options })
      if (chunks) return { object: objectOf(found), chunks: unchanged(chunks) }
    }
    throw changed()
  }

  return {
    async list(account) {
      const all = await store.bucketNames()
      return all.flatMap((name) => names.ofAccount(account, name) ?? []).toSorted()
    },

    async exists(account, bucket) {
      const name = names.inStore(account, bucket)
      return name !== undefined && (await store.hasBucket(name))
    },

    async make(account, bucket) {
      const name = newNameOf(account, bucket)
      if (await store.hasBucket(name)) return false
      await store.makeBucket(name)
      return true
    },

    async *objects(account, bucket, { after = '' } = {}) {
      const name = names.inStore(account, bucket)
      if (name === undefined) throw notFound()
      let last = after
      for await (const found of store.objects(name, after)) {
        // Whoever lists goes on after a key: in another order that would leave something out.
        if (compareKeys(found.key, last) <= 0) throw disordered()
        last = found.key
        if (isKey(found.key)) yield objectOf(found)
      }
    },

    stat,

    async open(account, bucket, key, range) {
      const { object, chunks } = await openNow(account, bucket, key, { range })
      return { ...object, stream: Readable.from(chunks, { objectMode: false }) }
    },

    async useFile(account, bucket, key, signal, use) {
      const opened = await orAbsent(undefined, () => openNow(account, bucket, key, { signal }))
      if (!opened) return false
      await withFile(async (path) => {
        await onDisk(() => pipeline(opened.chunks, createWriteStream(path)))
        await use({ ...opened.object, path })
      })
      return true
    },

    async put(account, bucket, key, bytes) {
      const name = newNameOf(account, bucket)
      segmentsOf(key)
      const source = watchBytes(bytes)
      return withFile(async (path) => {
        const file = createWriteStream(path)
        try {
          await pipeline(source.bytes, file)
        } catch (failure) {
          throw source.hasFailed() ? failure : asStorageFailure(failure)
        }
        if (!(await store.hasBucket(name))) await store.makeBucket(name)
        await store.send(name, key, { path, sizeBytes: file.bytesWritten })
        const found = await store.head(name, key)
        if (!found) throw changed()
        return objectOf(found)
      })
    },

    remove: (account, bucket, key) =>
      orAbsent(false, async () => {
        const name = placeOf(account, bucket, key)
        if (!(await store.head(name, key))) return false
        await store.remove(name, key)
        return true
      }),
  }

  function newNameOf(account: string, bucket: string): string {
    checkNewBucket(bucket)
    const name = names.inStore(account, bucket)
    if (name !== undefined) return name
    throw new EmbedlineError(
      'request_invalid',
      'No bucket of the store can have this name: with what stands before it, it is too long, or it is taken.',
      { field: 'bucket' },
    )
  }
}

const objectOf = ({ key, sizeBytes, modifiedMs, etag }: StoredObject): BucketObject => ({
  key,
  sizeBytes,
  // Lists and single answers have it with different fractions.
  modifiedMs: modifiedMs - (modifiedMs % 1000),
  changeToken: `${etag.replaceAll('"', '')}-${sizeBytes.toString(36)}`,
})

/** False for keys that nobody could ask for, such as those that stand for folders. */
function isKey(key: string): boolean {
  try {
    segmentsOf(key)
    return true
  } catch {
    return false
  }
}

async function* unchanged(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (failure) {
    throw failure instanceof EmbedlineError && failure.reason === 'storage_changed'
      ? changed(failure)
      : failure
  }
}

async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (failure) {
    throw asStorageFailure(failure)
  }
}

async function orAbsent<T>(absent: T, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (failure) {
    if (failure instanceof EmbedlineError && failure.code === 'not_found') return absent
    throw failure
  }
}

const changed = (cause?: unknown) =>
  new EmbedlineError('file_changed', 'The object was changed while it was read.', { cause })

const disordered = () =>
  new EmbedlineError(
    'storage_unavailable',
    'The store does not list keys in the order of their bytes: its buckets cannot be embedded.',
  )
