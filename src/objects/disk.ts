import { access, mkdir, open, opendir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import type { Opened } from '../lib/closing.ts'
import { hashFile, moveFile, openPart } from './diskParts.ts'
import { ifThere, syncFolder, touchingDisk } from './durable.ts'
import { openIncoming, RESERVED_FOLDERS, type IncomingParts } from './incoming.ts'
import { placeOf, type Objects } from './objects.ts'

const HASH = /^[0-9a-f]{64}$/

/**
 * Keeps bytes in a folder: `<account>/<first two digits of the hash>/<hash>`, beside what is on its way in. Only one
 * process may hold the folder. Throws `disk_full` or `storage_unavailable` where the folder cannot be used.
 */
export async function openDiskObjects(parts: IncomingParts): Promise<Objects & Opened> {
  const { folder } = parts
  const incoming = await openIncoming(parts)
  const { receive, resume, unfinished, forget, checkSpace, unfinishedPath } = incoming

  const path = (accountId: string, hash: string): string => join(folder, placeOf(accountId, hash))

  return {
    receive,
    resume,
    unfinished,
    forget,
    checkSpace,

    openPart: (name, place) =>
      touchingDisk(async () => {
        await checkSpace(0)
        return openPart(unfinishedPath(name), place, () => checkSpace(0))
      }),

    hashParts: (name, sizeBytes, signal) =>
      touchingDisk(() => hashFile(unfinishedPath(name), signal, sizeBytes)),

    keepParts: (name, accountId, hash) =>
      touchingDisk(async () => {
        const place = path(accountId, hash)
        await makeFolderDurably(dirname(place))
        await moveFile(unfinishedPath(name), place)
        await syncFolder(dirname(place))
      }),

    keep: (accountId, { hash, temporaryPath }) =>
      touchingDisk(async () => {
        await checkSpace(0)
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

    inputsHere: () => undefined,

    async useFile({ accountId, hash }, _signal, use) {
      const file = path(accountId, hash)
      // Else it would look like damaged media.
      await access(file).catch((cause: unknown) => {
        throw new EmbedlineError('input_missing', 'The stored bytes are not on the disk any more.', { cause })
      })
      return use(file)
    },

    sizeOf: (accountId, hash) => touchingDisk(async () => (await ifThere(stat(path(accountId, hash))))?.size),

    remove: (accountId, hash) => touchingDisk(() => rm(path(accountId, hash), { force: true })),

    async *list() {
      for await (const account of await opendir(folder)) {
        if (!account.isDirectory() || RESERVED_FOLDERS.includes(account.name)) continue
        for (const name of await readdir(join(folder, account.name), { recursive: true })) {
          const hash = name.slice(name.lastIndexOf('/') + 1)
          if (HASH.test(hash)) yield { accountId: account.name, hash }
        }
      }
    },

    // What a killed process leaves here lies where the next one looks for it.
    removeAbandoned: async () => {},

    close: () => incoming.close(),
  }
}

/** Makes the folder and those above it, each entered durably in its parent. */
async function makeFolderDurably(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}
