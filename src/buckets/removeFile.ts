import { lstat, rmdir, unlink } from 'node:fs/promises'
import { codeOf, isAbsence, withFolder } from './beneath.ts'

/**
 * Removes a file, and the folders on the way to it that are empty then: a bucket has keys, not folders. The first
 * folder stays. False when there is no such file. Throws what the system says.
 */
export async function removeFile(root: string, folders: readonly string[], name: string): Promise<boolean> {
  try {
    await withFolder(root, folders, async (folder) => {
      const path = folder.at(name)
      if (!(await lstat(path)).isFile()) throw Object.assign(new Error('no file'), { code: 'ENOENT' })
      await unlink(path)
      await folder.handle.sync()
    })
  } catch (failure) {
    if (isAbsence(failure)) return false
    throw failure
  }
  for (let depth = folders.length; depth > 1; depth--) {
    if (!(await removeIfEmpty(root, folders.slice(0, depth)))) break
  }
  return true
}

async function removeIfEmpty(root: string, folders: readonly string[]): Promise<boolean> {
  try {
    await withFolder(root, folders.slice(0, -1), (parent) => rmdir(parent.at(folders.at(-1) ?? '')))
    return true
  } catch (failure) {
    // In use again, already gone, or not ours to remove: the object itself is gone all the same.
    if (codeOf(failure) !== undefined) return false
    throw failure
  }
}
