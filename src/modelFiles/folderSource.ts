import { chmod, constants, copyFile, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import { difference, type ExpectedFile, hashFile } from './hashFile.ts'
import type { Source } from './source.ts'

const POINTER = 'version https://git-lfs'

/**
 * A folder on this machine with the files as in the repository: a clone, or what another program downloaded. Files are
 * copied (without taking the space twice where the file system can), never linked: whoever writes into the original
 * later, or a pull that goes on with an interrupted file, must not change the other one.
 */
export const folderSource = (folder: string): Source => ({
  origin: 'folder',
  async list(entry) {
    const names = [...entry.files, ...entry.optionalFiles, ...(await namesIn(folder, 'onnx'))]
    const files = new Map<string, ExpectedFile>()
    for (const name of names) {
      const stats = await stat(join(folder, name)).catch(() => undefined)
      if (stats?.isFile() === true) files.set(name, { sizeBytes: stats.size })
    }
    if (files.size === 0)
      throw new EmbedlineError('request_invalid', `There is no file of ${entry.id} in ${folder}.`)
    return files
  },
  async fetch(_entry, name, { path, expected, signal, onSize }) {
    const from = join(folder, name)
    await refusePointer(from, name)
    await rm(path, { force: true })
    await copyFile(from, path, constants.COPYFILE_FICLONE)
    // The original may be read-only.
    await chmod(path, 0o644)
    const found = await hashFile(path, { signal })
    const wrong = difference(found, expected)
    if (wrong === undefined) {
      onSize(found.sizeBytes)
      return found
    }
    await rm(path)
    throw new EmbedlineError('model_damaged', `${from} is not the file that is pinned: ${wrong}.`)
  },
})

const namesIn = async (folder: string, below: string): Promise<string[]> =>
  (await readdir(join(folder, below)).catch(() => [])).map((name) => `${below}/${name}`)

/** A clone without LFS has texts of 130 bytes in the place of large files. */
async function refusePointer(path: string, name: string): Promise<void> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(POINTER.length), 0, POINTER.length, 0)
    if (buffer.toString('latin1') !== POINTER) return
  } finally {
    await file.close()
  }
  throw new EmbedlineError(
    'request_invalid',
    `${name} in that folder is a pointer of git LFS and not the file: run git lfs pull there.`,
  )
}
