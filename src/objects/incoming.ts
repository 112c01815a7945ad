import { mkdir, readdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Opened } from '../lib/closing.ts'
import { diskFull } from '../domain/storageFailure.ts'
import { openUpload, resumeUpload } from './diskUpload.ts'
import { touchingDisk } from './durable.ts'
import type { LongUpload, Objects, Upload } from './objects.ts'

/** Below its folder: what is not yet anybody's. */
export const INCOMING = 'incoming'
const UNFINISHED = 'unfinished'

/** Folders beside those of accounts. */
export const RESERVED_FOLDERS: readonly string[] = [INCOMING, UNFINISHED]

// What stays free for the database when uploads have filled the disk: tasks go on to their end, and assets can be
// deleted, which is the way out. On a small disk it is a part of it.
const RESERVED_BYTES = 256 * 1024 ** 2
const RESERVED_SHARE = 0.05

const NAME = /^[\w-]+$/

export interface IncomingParts {
  folder: string
  /** So many bytes of the disk stay free, but no more than this share of it. */
  reservedBytes?: number
  reservedShare?: number
  /** Asked before bytes are received; may refuse them. */
  admit?: () => Promise<void>
}

/** Bytes on their way in, in a folder of this machine. */
export interface Incoming
  extends Pick<Objects, 'receive' | 'resume' | 'unfinished' | 'forget' | 'checkSpace'>, Opened {
  /** A place that nobody else has, which is empty again after a restart. */
  newPath: () => string
  /** Where what has this name lies. */
  unfinishedPath: (name: string) => string
}

/**
 * Takes bytes in: under `incoming` what is not yet anybody's, under `unfinished` what may go on. Only one process may hold
 * the folder: what it finds under `incoming` is left over and goes. Throws `disk_full` or `storage_unavailable`.
 */
export async function openIncoming({
  folder,
  reservedBytes = RESERVED_BYTES,
  reservedShare = RESERVED_SHARE,
  admit = async () => {},
}: IncomingParts): Promise<Incoming> {
  const incoming = join(folder, INCOMING)
  const unfinished = join(folder, UNFINISHED)
  const uploads = new Set<Upload>()
  const resumed = new Map<string, LongUpload>()
  let received = 0

  const checkSpace = (sizeBytes = 0) =>
    touchingDisk(async () => {
      const { bavail, blocks, bsize } = await statfs(folder)
      const free = bavail * bsize - Math.min(reservedBytes, blocks * bsize * reservedShare)
      if (free < sizeBytes) throw diskFull()
    })

  const newPath = () => join(incoming, String(received++))

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
    newPath,
    unfinishedPath,
    checkSpace,

    async receive(limitBytes) {
      await admit()
      const upload = await openUpload(newPath(), limitBytes, {
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

    unfinished: () => touchingDisk(() => readdir(unfinished)),

    async forget(name) {
      await resumed.get(name)?.abandon()
      await touchingDisk(() => rm(unfinishedPath(name), { force: true }))
    },

    async close() {
      await Promise.all([...uploads].map((upload) => upload.abandon()))
      await Promise.all([...resumed.values()].map((upload) => upload.leave()))
    },
  }
}
