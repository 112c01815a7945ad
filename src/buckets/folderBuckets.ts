import { mkdir, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import type { Clock } from '../lib/clock.ts'
import { openFile, withFolder, type HeldFolder } from './beneath.ts'
import { isBucketName } from './bucketName.ts'
import type { Buckets, ByteRange, OpenedObject } from './buckets.ts'
import { fileFacts } from './fileFacts.ts'
import { asFolderFailure, asPutFailure, notFound } from './folderFailure.ts'
import { segmentsOf } from './key.ts'
import { listFolder, statFile } from './listFolder.ts'
import { readUnchanged } from './readUnchanged.ts'
import { removeFile } from './removeFile.ts'
import { checkNewBucket } from './checkNewBucket.ts'
import { rootTemplate } from './rootTemplate.ts'
import { watchBytes } from './watchedBytes.ts'
import { writeFile } from './writeFile.ts'

export interface FolderBucketsParts {
  /** `file:/srv/{account}`: each account has the folder of its name; without `{account}` all share one. */
  url: string
  clock: Clock
  /** Names uploads on their way; never the same twice, whoever uploads. */
  uploadId: () => string
}

/**
 * Buckets that are folders, and their objects the files below them, each under the very name that its key says. Links,
 * pipes, sockets and devices are no objects and lead nowhere. Throws `request_invalid` for a URL of another kind.
 */
export function openFolderBuckets({ url, clock, uploadId }: FolderBucketsParts): Buckets {
  const rootOf = rootTemplate(url)

  const stat: Buckets['stat'] = (account, bucket, key) => {
    const { folders, name } = placeOf(bucket, key)
    const prefix = key.slice(0, key.length - name.length)
    return orAbsent(undefined, () =>
      withFolder(rootOf(account), folders, (folder) => statFile(folder, name, prefix)),
    )
  }

  return {
    list: (account) => orAbsent([], () => bucketsIn(rootOf(account))),

    exists: async (account, bucket) =>
      isBucketName(bucket) &&
      (await orAbsent(false, () => withFolder(rootOf(account), [bucket], () => Promise.resolve(true)))),

    async make(account, bucket) {
      checkNewBucket(bucket)
      const folder = join(rootOf(account), bucket)
      // Undefined: it was there.
      return foreseen(async () => (await mkdir(folder, { recursive: true })) !== undefined)
    },

    async *objects(account, bucket, { after = '' } = {}) {
      if (!isBucketName(bucket)) throw notFound()
      try {
        yield* listFolder({ root: rootOf(account), folder: bucket, after, clock })
      } catch (failure) {
        throw asFolderFailure(failure)
      }
    },

    stat,

    open: (account, bucket, key, range) =>
      foreseen(async () => {
        const { folders, name } = placeOf(bucket, key)
        return await withFolder(rootOf(account), folders, (folder) =>
          openObject(folder, name, { key, range }),
        )
      }),

    async useFile(account, bucket, key, _signal, use) {
      const found = await stat(account, bucket, key)
      if (found) await use({ ...found, path: join(rootOf(account), bucket, key) })
      return found !== undefined
    },

    async put(account, bucket, key, bytes) {
      checkNewBucket(bucket)
      const target = { root: rootOf(account), ...placeOf(bucket, key), uploadId: uploadId() }
      const source = watchBytes(bytes)
      try {
        await mkdir(target.root, { recursive: true })
        return { key, ...(await writeFile(target, source.bytes)) }
      } catch (failure) {
        throw source.hasFailed() ? failure : asPutFailure(failure, key)
      }
    },

    remove: (account, bucket, key) =>
      orAbsent(false, async () => {
        const { folders, name } = placeOf(bucket, key)
        return await removeFile(rootOf(account), folders, name)
      }),
  }
}

/** The folders below the root in which an object lies, and its name there. */
function placeOf(bucket: string, key: string): { folders: string[]; name: string } {
  const segments = segmentsOf(key)
  if (!isBucketName(bucket)) throw notFound()
  return { folders: [bucket, ...segments.slice(0, -1)], name: segments.at(-1) ?? '' }
}

async function bucketsIn(root: string): Promise<string[]> {
  const names: string[] = []
  for await (const entry of await opendir(root))
    if (entry.isDirectory() && isBucketName(entry.name)) names.push(entry.name)
  return names.sort()
}

async function openObject(
  folder: HeldFolder,
  name: string,
  { key, range }: { key: string; range: ByteRange | undefined },
): Promise<OpenedObject> {
  const handle = await openFile(folder, name)
  try {
    const facts = fileFacts(await handle.stat({ bigint: true }))
    return { key, ...facts, stream: readUnchanged(handle, facts.changeToken, range) }
  } catch (failure) {
    await handle.close()
    throw failure
  }
}

async function foreseen<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (failure) {
    throw asFolderFailure(failure)
  }
}

/** What `work` gives, `absent` when there is nothing of that name. */
async function orAbsent<T>(absent: T, work: () => Promise<T>): Promise<T> {
  try {
    return await foreseen(work)
  } catch (failure) {
    if (failure instanceof EmbedlineError && failure.code === 'not_found') return absent
    throw failure
  }
}
