import { readdir, stat } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'

/** A file of this machine and the key under which it goes into a bucket. */
export interface LocalFile {
  path: string
  key: string
  sizeBytes: number
}

/**
 * The files that were named, and all files below the folders that were named, in order of their keys. The key of a file
 * in a folder is its path below that folder. Links inside folders and what is neither file nor folder are left out.
 * Throws `request_invalid` for a path that is not there or is neither, and for two files of one key.
 */
export async function localFiles(paths: readonly string[], prefix: string): Promise<LocalFile[]> {
  const found = (await Promise.all(paths.map(filesAt))).flat()
  const files = found
    .map((file) => ({ ...file, key: `${prefix}${file.key}` }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const twice = files.find(({ key }, at) => key === files[at + 1]?.key)
  if (twice) throw new EmbedlineError('request_invalid', `two of the files would have the key ${twice.key}`)
  return files
}

async function filesAt(path: string): Promise<LocalFile[]> {
  const facts = await stat(path).catch(() => undefined)
  if (facts === undefined) throw new EmbedlineError('request_invalid', `there is no ${path}`)
  // Whoever opens a pipe waits until somebody writes into it.
  if (!facts.isDirectory() && !facts.isFile())
    throw new EmbedlineError('request_invalid', `${path} is neither a file nor a folder`)
  if (facts.isFile()) return [{ path, key: basename(path), sizeBytes: facts.size }]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(
    files.map(async (file) => ({
      path: file,
      key: relative(path, file).split(sep).join('/'),
      sizeBytes: (await stat(file)).size,
    })),
  )
}
