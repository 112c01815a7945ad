import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { codeOf, withFolder, type HeldFolder } from './beneath.ts'
import { fileFacts, type FileFacts } from './fileFacts.ts'
import { UPLOAD_PREFIX } from './key.ts'

const ATTEMPTS = 5

export interface Target {
  root: string
  /** Folders below the root, made where they are missing. */
  folders: readonly string[]
  name: string
  /** Of nobody else's upload. */
  uploadId: string
}

/**
 * Writes a file durably and as a whole: under another name beside its place, then renamed. Throws what the system says
 * or `bytes` throw; then the place is as it was.
 */
export async function writeFile(target: Target, bytes: AsyncIterable<Uint8Array>): Promise<FileFacts> {
  return await withUpload(target, async (folder, upload, temporaryPath) => {
    for await (const chunk of bytes) await upload.appendFile(chunk)
    await upload.sync()
    const facts = fileFacts(await upload.stat({ bigint: true }))
    await rename(temporaryPath, folder.at(target.name))
    await folder.handle.sync()
    return facts
  })
}

type Write = (folder: HeldFolder, upload: FileHandle, temporaryPath: string) => Promise<FileFacts>

async function withUpload(target: Target, write: Write, attempt = 1): Promise<FileFacts> {
  let isOpen = false
  const inFolder = async (folder: HeldFolder) => {
    const temporaryPath = folder.at(UPLOAD_PREFIX + target.uploadId)
    const upload = await open(temporaryPath, 'wx')
    isOpen = true
    try {
      return await write(folder, upload, temporaryPath)
    } finally {
      await upload.close()
      await rm(temporaryPath, { force: true })
    }
  }
  try {
    return await withFolder(target.root, target.folders, inFolder, { make: true })
  } catch (failure) {
    // The folder was empty, and whoever took the last file out removed it just before the upload would have held it.
    if (isOpen || attempt === ATTEMPTS || codeOf(failure) !== 'ENOENT') throw failure
    return await withUpload(target, write, attempt + 1)
  }
}
