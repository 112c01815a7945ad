import { createHash } from 'node:crypto'
import { mkdir, open, opendir, readdir, rename, rm, statfs, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import type { Opened } from '../lib/closing.ts'
import type { Objects, ReceivedBytes, Upload } from './objects.ts'
import { asStorageFailure, diskFull } from '../domain/storageFailure.ts'

const INCOMING = 'incoming'
const HASH = /^[0-9a-f]{64}$/

// What stays free for the database when uploads have filled the disk: tasks go on to their end, and assets can be
// deleted, which is the way out. On a small disk it is a part of it.
const RESERVED_BYTES = 256 * 1024 ** 2
const RESERVED_SHARE = 0.05

/** While bytes come in, the free space is looked at after so many. */
const CHECK_EVERY_BYTES = 16 * 1024 ** 2

export interface DiskParts {
  folder: string
  /** So many bytes of the disk stay free, but no more than this share of it. */
  reservedBytes?: number
  reservedShare?: number
}

/**
 * Keeps bytes in a folder: `<account>/<first two digits of the hash>/<hash>`, and under `incoming` what is not yet
 * anybody's. Only one process may hold the folder: what it finds under `incoming` is left over and goes.
 * Throws `disk_full` or `storage_unavailable` where the folder cannot be used.
 */
export async function openDiskObjects({
  folder,
  reservedBytes = RESERVED_BYTES,
  reservedShare = RESERVED_SHARE,
}: DiskParts): Promise<Objects & Opened> {
  const incoming = join(folder, INCOMING)
  const uploads = new Set<Upload>()
  let received = 0

  const path = (accountId: string, hash: string): string => join(folder, accountId, hash.slice(0, 2), hash)

  const checkSpace = async () => {
    const { bavail, blocks, bsize } = await statfs(folder)
    if (bavail * bsize < Math.min(reservedBytes, blocks * bsize * reservedShare)) throw diskFull()
  }

  await touchingDisk(async () => {
    await rm(incoming, { recursive: true, force: true })
    await mkdir(incoming, { recursive: true })
  })

  return {
    path,

    async receive(limitBytes) {
      const upload = await openUpload(join(incoming, String(received++)), limitBytes, {
        checkSpace,
        onGone: () => uploads.delete(upload),
      })
      uploads.add(upload)
      return upload
    },

    keep: (accountId, { hash, temporaryPath }) =>
      touchingDisk(async () => {
        await checkSpace()
        const place = path(accountId, hash)
        await makeFolderDurably(dirname(place))
        await rename(temporaryPath, place)
        await syncFolder(dirname(place))
      }),

    remove: (accountId, hash) => touchingDisk(() => rm(path(accountId, hash), { force: true })),

    async *list() {
      for await (const account of await opendir(folder)) {
        if (!account.isDirectory() || account.name === INCOMING) continue
        for (const name of await readdir(join(folder, account.name), { recursive: true })) {
          const hash = name.slice(name.lastIndexOf('/') + 1)
          if (HASH.test(hash)) yield { accountId: account.name, hash }
        }
      }
    },

    async close() {
      await Promise.all([...uploads].map((upload) => upload.abandon()))
    },
  }
}

interface UploadParts {
  /** Throws when there is too little free. */
  checkSpace: () => Promise<void>
  onGone: () => void
}

async function openUpload(
  temporaryPath: string,
  limitBytes: number,
  { checkSpace, onGone }: UploadParts,
): Promise<Upload> {
  const file = await touchingDisk(() => open(temporaryPath, 'wx'))
  const hash = createHash('sha256')
  let sizeBytes = 0
  let checkedBytes = 0
  let isAbandoned = false

  async function append(chunk: Uint8Array): Promise<void> {
    if (sizeBytes - checkedBytes >= CHECK_EVERY_BYTES) {
      checkedBytes = sizeBytes
      await checkSpace()
    }
    await file.appendFile(chunk)
  }

  return {
    async write(chunk) {
      if (isAbandoned) throw abandoned()
      if (sizeBytes + chunk.length > limitBytes) {
        throw new EmbedlineError('too_large', `More than ${limitBytes} bytes are not taken.`)
      }
      sizeBytes += chunk.length
      hash.update(chunk)
      try {
        await touchingDisk(() => append(chunk))
      } catch (failure) {
        throw isAbandoned ? abandoned(failure) : failure
      }
    },

    async finish(): Promise<ReceivedBytes> {
      await touchingDisk(() => syncAndClose(file))
      return { hash: hash.digest('hex'), sizeBytes, temporaryPath }
    },

    async abandon() {
      isAbandoned = true
      onGone()
      await file.close()
      await rm(temporaryPath, { force: true })
    },
  }
}

const abandoned = (cause?: unknown) => new EmbedlineError('aborted', 'The upload was abandoned.', { cause })

async function syncAndClose(file: FileHandle): Promise<void> {
  await file.sync()
  await file.close()
}

/** Makes the folder and those above it, each entered durably in its parent. */
async function makeFolderDurably(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

/** A rename survives a power cut only once the folder that names the file is on the disk too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function touchingDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (failure) {
    throw asStorageFailure(failure)
  }
}
