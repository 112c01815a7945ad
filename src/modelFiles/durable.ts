import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Puts the bytes of a file, or the names in a folder, on the disk itself. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Moves a file or folder, on one disk, so that it is at the new place after a power cut too. Makes the folder above. */
export async function moveDurably(from: string, to: string): Promise<void> {
  const first = await mkdir(dirname(to), { recursive: true })
  await rename(from, to)
  const top = first === undefined ? dirname(to) : dirname(first)
  for (let folder = dirname(to); folder.length >= top.length; folder = dirname(folder)) await sync(folder)
}

/** Replaces a file as a whole: whoever reads it meanwhile sees the old text or the new one. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`
  try {
    await writeFile(temporary, text, { flush: true })
    await moveDurably(temporary, path)
  } catch (failure) {
    await rm(temporary, { force: true })
    throw failure
  }
}
