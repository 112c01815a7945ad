import { mkdir, open, opendir, readdir, rename, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import type { Opened } from '../lib/closing.ts'
import { hashFile, moveFile, openPart } from './diskParts.ts'
import { openUpload, resumeUpload } from './diskUpload.ts'
import { ifThere, syncFolder, touchingDisk } from './durable.ts'
import type { LongUpload, Objects, Upload } from './objects.ts'
import { diskFull } from '../domain/storageFailure.ts'

/** Below its folder: what is not yet anybody's. */
export const INCOMING = 'incoming'
const UNFINISHED = 'unfinished'

/** Where stored bytes lie in their folder. */
export const objectPath = (folder: string, accountId: string, hash: string): string =>
  join(folder, accountId, hash.slice(0, 2), hash)

const HASH = /^[0-9a-f]{64}$/

// What stays free for the database when uploads have filled the disk: tasks go on to their end, and assets can be
// deleted, which is the way out. On a small disk it is a part of it.
const RESERVED_BYTES = 256 * 1024 ** 2
const RESERVED_SHARE = 0.05

const NAME = /^[\w-]+$/

export interface DiskParts {
  folder: string
  /** So many bytes of the disk stay free, but no more than this share of it. */
  reservedBytes?: number
  reservedShare?: number
  /** Asked before bytes are received; may refuse them. */
  admit?: () => Promise<void>
}

/**
 * Keeps bytes in a folder: `<account>/<first two digits of the hash>/<hash>`, and under `incoming` what is not yet
 * anybody's, under `unfinished` what may go on. Only one process may hold the folder: what it finds under `incoming` is
 * left over and goes.
 * Throws `disk_full` or `storage_unavailable` where the folder cannot be used.
 */
export async function openDiskObjects({
  folder,
  reservedBytes = RESERVED_BYTES,
  reservedShare = RESERVED_SHARE,
  admit = async () => {},
}: DiskParts): Promise<Objects & Opened> {
  const incoming = join(folder, INCOMING)
  const unfinished = join(folder, UNFINISHED)
  const uploads = new Set<Upload>()
  const resumed = new Map<string, LongUpload>()
  let received = 0

  const path = (accountId: string, hash: string): string => objectPath(folder, accountId, hash)

  const checkSpace = async (sizeBytes = 0) => {
    const { bavail, blocks, bsize } = await statfs(folder)
    const free = bavail * bsize - Math.min(reservedBytes, blocks * bsize * reservedShare)
    if (free < sizeBytes) throw diskFull()
  }

  const unfinishedPath = (name: string): string => {
    if (!NAME.test(name)) throw new Error(`no name for a file: ${name}`)
    return join(unfinished, name)
  }

  await touchingDisk(async () => {
    await rm(incoming, { recursive: true, force: true })
    await mkdir(incoming, { recursive: true })
    await mkdir(unfinished, { recursive: true })
  })

  return {
    path,

    async receive(limitBytes) {
      await admit()
      const upload = await openUpload(join(incoming, String(received++)), limitBytes, {
        checkSpace,
        onGone: () => uploads.delete(upload),
      })
      uploads.add(upload)
      return upload
    },

    async resume(name, { limitBytes, keepBytes }) {
      const place = unfinishedPath(name)
      await resumed.get(name)?.leave()
      const upload = await resumeUpload(place, keepBytes, limitBytes, {
        checkSpace,
        onGone: () => {
          if (resumed.get(name) === upload) resumed.delete(name)
        },
      })
      resumed.set(name, upload)
      return upload
    },

    openPart: (name, place) =>
      touchingDisk(async () => {
        await checkSpace()
        return openPart(unfinishedPath(name), place, checkSpace)
      }),

    hashParts: (name, signal) => touchingDisk(() => hashFile(unfinishedPath(name), signal)),

    keepParts: (name, accountId, hash) =>
      touchingDisk(async () => {
        const place = path(accountId, hash)
        await makeFolderDurably(dirname(place))
        await moveFile(unfinishedPath(name), place)
        await syncFolder(dirname(place))
      }),

    checkSpace: (sizeBytes) => touchingDisk(() => checkSpace(sizeBytes)),

    unfinished: () => touchingDisk(() => readdir(unfinished)),

    async forget(name) {
      await resumed.get(name)?.abandon()
      await touchingDisk(() => rm(unfinishedPath(name), { force: true }))
    },

    keep: (accountId, { hash, temporaryPath }) =>
      touchingDisk(async () => {
        await checkSpace()
        const place = path(accountId, hash)
        await makeFolderDurably(dirname(place))
        await rename(temporaryPath, place)
        await syncFolder(dirname(place))
      }),

    open: (accountId, hash, range) =>
      touchingDisk(async () => {
        const file = await ifThere(open(path(accountId, hash), 'r'))
        if (!file) throw new EmbedlineError('not_found', 'The bytes are not here.')
        return file.createReadStream(range && { start: range.first, end: range.last })
      }),

    remove: (accountId, hash) => touchingDisk(() => rm(path(accountId, hash), { force: true })),

    async *list() {
      for await (const account of await opendir(folder)) {
        if (!account.isDirectory() || [INCOMING, UNFINISHED].includes(account.name)) continue
        for (const name of await readdir(join(folder, account.name), { recursive: true })) {
          const hash = name.slice(name.lastIndexOf('/') + 1)
          if (HASH.test(hash)) yield { accountId: account.name, hash }
        }
      }
    },

    async close() {
      await Promise.all([...uploads].map((upload) => upload.abandon()))
      await Promise.all([...resumed.values()].map((upload) => upload.leave()))
    },
  }
}

/** Makes the folder and those above it, each entered durably in its parent. */
async function makeFolderDurably(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}
