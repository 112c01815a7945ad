import { constants, existsSync } from 'node:fs'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants

const FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
// Without waiting, because a pipe would be waited for until somebody writes to it.
const FILE = O_RDONLY | O_NOFOLLOW | O_NONBLOCK

const HANDLES = '/proc/self/fd'
const hasHandles = existsSync(HANDLES)

/** A folder that is held open, so that nobody can put another one in its place. */
export interface HeldFolder {
  handle: FileHandle
  /** The path of what lies in it under `name`. */
  at(name: string): string
}

export interface Walk {
  /** Makes the folders that are missing. */
  make?: boolean
}

/**
 * Runs `work` in the folder `segments` below `root`, neither of which is a link on the way: on Linux each folder is
 * opened from the one before, through its handle, so that a link that somebody puts there meanwhile is not followed.
 * The root itself may be reached by links. Throws what the system says: ENOENT, ENOTDIR (also for a link), EACCES …
 */
export async function withFolder<T>(
  root: string,
  segments: readonly string[],
  work: (folder: HeldFolder) => Promise<T>,
  { make = false }: Walk = {},
): Promise<T> {
  let folder = held(await open(root, O_RDONLY | O_DIRECTORY), root)
  try {
    for (const segment of segments) {
      const next = await openFolder(folder, segment, make)
      await folder.handle.close()
      folder = next
    }
    return await work(folder)
  } finally {
    await folder.handle.close()
  }
}

async function openFolder(parent: HeldFolder, name: string, make: boolean): Promise<HeldFolder> {
  const path = parent.at(name)
  if (make) await makeFolder(parent, path)
  return held(await open(path, FOLDER), path)
}

async function makeFolder(parent: HeldFolder, path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (failure) {
    if (codeOf(failure) === 'EEXIST') return
    throw failure
  }
  // A new folder survives a power cut only once the one that names it is on the disk too.
  await parent.handle.sync()
}

const held = (handle: FileHandle, path: string): HeldFolder => ({
  handle,
  at: hasHandles ? (name) => `${HANDLES}/${handle.fd}/${name}` : (name) => join(path, name),
})

/** Opens a file of a folder for reading. Throws ENOENT for what is no file: a link, folder, pipe, socket or device. */
export async function openFile(folder: HeldFolder, name: string): Promise<FileHandle> {
  const handle = await open(folder.at(name), FILE)
  try {
    if ((await handle.stat()).isFile()) return handle
  } catch (failure) {
    await handle.close()
    throw failure
  }
  await handle.close()
  throw Object.assign(new Error(`${name} is no file`), { code: 'ENOENT' })
}

// What the system says where a path leads to nothing that a bucket can hold: a link is ENOTDIR or ELOOP, a socket ENXIO.
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENODEV', 'ENAMETOOLONG'])

/** True for a failure that says that there is nothing of that name, not that it could not be had. */
export const isAbsence = (failure: unknown): boolean => ABSENT.has(codeOf(failure) ?? '')

/** The system's name of a failure, like ENOENT. */
export const codeOf = (failure: unknown): string | undefined =>
  failure instanceof Error && 'code' in failure && typeof failure.code === 'string' ? failure.code : undefined
