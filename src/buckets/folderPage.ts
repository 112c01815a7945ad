import type { Dir } from 'node:fs'
import { compareKeys, UPLOAD_PREFIX } from './key.ts'

export interface FolderEntry {
  name: string
  isFolder: boolean
  /** With a slash after the name of a folder: so sorted, the entries are in the order of the keys below them. */
  sortName: string
}

export interface FolderPage {
  /** Sorted. Fewer than the limit: there are no more. */
  entries: FolderEntry[]
  /** Names of uploads that have not become an object. */
  uploads: string[]
}

/**
 * The first `limit` files and folders of which `isWanted` says so by their sort names, of a folder of any size: at no
 * time are more than twice as many held. Links, pipes, sockets and devices are left out.
 */
export async function folderPage(
  folder: Dir,
  isWanted: (sortName: string) => boolean,
  limit: number,
): Promise<FolderPage> {
  const uploads: string[] = []
  let entries: FolderEntry[] = []
  let bound: string | undefined
  for await (const entry of folder) {
    const { name } = entry
    const isFolder = entry.isDirectory()
    if (!isFolder && !entry.isFile()) continue
    if (name.startsWith(UPLOAD_PREFIX)) {
      uploads.push(name)
      continue
    }
    const sortName = isFolder ? `${name}/` : name
    if (!isWanted(sortName) || (bound !== undefined && compareKeys(sortName, bound) >= 0)) continue
    entries.push({ name, isFolder, sortName })
    if (entries.length < 2 * limit) continue
    entries = firstOf(entries, limit)
    bound = entries.at(-1)?.sortName
  }
  return { entries: firstOf(entries, limit), uploads }
}

// Names that are not UTF-8 are read as others, so that two of them may seem to be the same.
const firstOf = (entries: FolderEntry[], limit: number): FolderEntry[] =>
  entries
    .sort((one, other) => compareKeys(one.sortName, other.sortName))
    .filter(({ sortName }, i) => sortName !== entries[i - 1]?.sortName)
    .slice(0, limit)
