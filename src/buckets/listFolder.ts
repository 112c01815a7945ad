import { lstat, opendir, rm } from 'node:fs/promises'
import type { Clock } from '../lib/clock.ts'
import { isAbsence, withFolder, type HeldFolder } from './beneath.ts'
import type { BucketObject } from './buckets.ts'
import { fileFacts } from './fileFacts.ts'
import { folderPage, type FolderEntry, type FolderPage } from './folderPage.ts'
import { compareKeys } from './key.ts'

/** Names of one folder that are held at once. A larger folder is read again for every so many. */
const PAGE_NAMES = 20_000
/** Files of which the size and time are asked at once. */
const STAT_FILES = 128
/** Entries that the system is asked for at once. */
const READ_ENTRIES = 512

const UPLOAD_AGE_MS = 24 * 3600 * 1000

export interface Listing {
  root: string
  /** The folder in the root of which the files are listed. */
  folder: string
  /** Comes before every key that is listed. */
  after: string
  clock: Clock
}

/**
 * All files below a folder, by the UTF-8 bytes of their paths in it, without following links. No folder is held open
 * while the caller does something else, so it may stop anywhere. What goes away meanwhile is left out; what cannot be
 * read is thrown, as the system says it: to leave it out would say that it is gone. Uploads that have not become an
 * object within a day are removed.
 */
export async function* listFolder({ root, folder, after, clock }: Listing): AsyncGenerator<BucketObject> {
  for await (const files of filesIn({ root, folders: [folder], clock }, after)) yield* files
}

interface Place {
  root: string
  /** The folder that is listed, and those below it. */
  folders: readonly string[]
  clock: Clock
}

// In lists, because each level of folders hands on what it gets.
async function* filesIn(place: Place, after: string): AsyncGenerator<BucketObject[]> {
  let isWanted = (sortName: string) =>
    compareKeys(sortName, after) > 0 || (sortName.endsWith('/') && after.startsWith(sortName))
  for (;;) {
    const entries = await pageOf(place, isWanted)
    yield* filesOf(place, entries, after)
    const last = entries.at(-1)
    if (last === undefined || entries.length < PAGE_NAMES) return
    isWanted = (sortName) => compareKeys(sortName, last.sortName) > 0
  }
}

async function* filesOf(
  place: Place,
  entries: readonly FolderEntry[],
  after: string,
): AsyncGenerator<BucketObject[]> {
  let files: FolderEntry[] = []
  for (const entry of entries) {
    if (!entry.isFolder) files.push(entry)
    if (entry.isFolder || files.length === STAT_FILES) {
      yield await statAll(place, files)
      files = []
    }
    if (!entry.isFolder) continue
    const restAfter = after.startsWith(entry.sortName) ? after.slice(entry.sortName.length) : ''
    yield* filesIn({ ...place, folders: [...place.folders, entry.name] }, restAfter)
  }
  yield await statAll(place, files)
}

async function pageOf({ root, folders, clock }: Place, isWanted: (sortName: string) => boolean) {
  return await unlessGone<FolderEntry[]>([], folders, () =>
    withFolder(root, folders, async (folder) => {
      const { entries, uploads } = await readPage(folder, isWanted)
      await Promise.all(uploads.map((name) => removeOld(folder.at(name), clock)))
      return entries
    }),
  )
}

async function readPage(folder: HeldFolder, isWanted: (sortName: string) => boolean): Promise<FolderPage> {
  const entries = await opendir(folder.at('.'), { bufferSize: READ_ENTRIES })
  return await folderPage(entries, isWanted, PAGE_NAMES)
}

async function statAll({ root, folders }: Place, files: readonly FolderEntry[]): Promise<BucketObject[]> {
  if (files.length === 0) return []
  const prefix = folders
    .slice(1)
    .map((name) => `${name}/`)
    .join('')
  const found = await unlessGone<(BucketObject | undefined)[]>([], folders, () =>
    withFolder(root, folders, (folder) =>
      Promise.all(files.map(({ name }) => statFile(folder, name, prefix))),
    ),
  )
  return found.filter((object) => object !== undefined)
}

/** What a listing says of a file; undefined when there is no file of that name. */
export async function statFile(
  folder: HeldFolder,
  name: string,
  prefix: string,
): Promise<BucketObject | undefined> {
  try {
    const stats = await lstat(folder.at(name), { bigint: true })
    return stats.isFile() ? { key: prefix + name, ...fileFacts(stats) } : undefined
  } catch (failure) {
    if (isAbsence(failure)) return undefined
    throw failure
  }
}

/** `otherwise` when the folder is gone; but the first one must be there. */
async function unlessGone<T>(otherwise: T, folders: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (failure) {
    if (isAbsence(failure) && folders.length > 1) return otherwise
    throw failure
  }
}

async function removeOld(path: string, clock: Clock): Promise<void> {
  try {
    const { mtimeMs } = await lstat(path)
    if (clock.nowMs() - mtimeMs > UPLOAD_AGE_MS) await rm(path)
  } catch {
    // Another process has removed it, or this one may not: the listing does not depend on it.
  }
}
