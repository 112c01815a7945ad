import { lstat, mkdir, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { EmbedlineError } from '../../domain/errors.ts'
import { holdFile } from '../../lib/heldFile.ts'
import { copyWhole, digestOf, type CopyOptions } from './copyFile.ts'
import { readManifest, writeManifest, type BackedUpFile } from './manifest.ts'
import { copyDatabase, databaseIn, referencesIn, type References } from './snapshot.ts'

export interface BackupOrder {
  /** Where the backup is made; empty, not there, or left by one that was not completed. */
  folder: string
  databaseFile: string
  /** Absent: stored bytes lie in S3, and are not copied. */
  objectsFolder?: string
  /** Absent: the objects of buckets are not copied. */
  bucketsFolder?: string
  /** The file with the generated key; may be missing. */
  keyFile: string
  version: string
  nowMs: number
  /** Bytes of assets and inputs get a second name where the disk is the same, instead of a second copy. */
  links: boolean
  onProgress: (step: BackupStep, fraction: number) => void
}

export type BackupStep = 'objects' | 'database' | 'buckets' | 'checksums'

export interface BackupSummary {
  fileCount: number
  sizeBytes: number
}

/** There while a backup is not completed: it may be gone on with. */
const UNFINISHED = 'unfinished.lock'

const OBJECTS = 'objects'
const BUCKETS = 'buckets'
const KEY = 'admin.key'

/** A database that refers to bytes which were removed before they could be copied is copied anew so often. */
const MOST_SNAPSHOTS = 10

/**
 * Copies all that a server keeps, but for models, also while it runs. Stored bytes are copied first and the database
 * after them, and then what came between: a database that refers to bytes which are gone by then is copied again, so
 * that the backup is what the server was at one moment. The manifest, with the SHA-256 of each file, is written last;
 * killed before, another call goes on. Throws `request_invalid` for a folder with something else in it, `disk_full`,
 * `storage_unavailable`, and names stored bytes that are not what they were.
 */
export async function backupFolder(order: BackupOrder): Promise<BackupSummary> {
  const { folder } = order
  await beginOrGoOn(folder)
  const held = holdFile(join(folder, UNFINISHED))
  if (!held) throw new EmbedlineError('request_invalid', `another backup into ${folder} is under way`)
  try {
    await checkSpace(order)
    await copyKept(order)
    const references = await copyConsistently(order)
    await removeUnreferenced(join(folder, OBJECTS), references)
    if (order.bucketsFolder !== undefined) await copyTree(order, order.bucketsFolder)
    await copyWhole(order.keyFile, join(folder, KEY))
    const files = await digestAll(order)
    const head = { version: order.version, createdAt: new Date(order.nowMs).toISOString() }
    await writeManifest(folder, { head, files })
    return {
      fileCount: files.length,
      sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    }
  } finally {
    await held.close()
    if (await readManifest(folder)) await rm(join(folder, UNFINISHED), { force: true })
  }
}

async function beginOrGoOn(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (await readManifest(folder))
    throw new EmbedlineError('request_invalid', `there is a backup in ${folder} already: name another folder`)
  const names = await readdir(folder)
  if (names.length === 0) await writeFile(join(folder, UNFINISHED), '', { mode: 0o600 })
  else if (!names.includes(UNFINISHED))
    throw new EmbedlineError('request_invalid', `${folder} is not empty, and holds no backup to go on with`)
}

async function checkSpace({ folder, databaseFile }: BackupOrder): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const { size } = await stat(databaseFile).catch(() => {
    throw new EmbedlineError('request_invalid', `there is no database ${databaseFile} to back up`)
  })
  if (bavail * bsize < size)
    throw new EmbedlineError(
      'disk_full',
      `the disk of ${folder} has ${bavail * bsize} bytes free; the database alone has ${size}`,
    )
}

/** All stored bytes as they are now. What goes meanwhile is not needed, unless the database still refers to it. */
async function copyKept({ folder, objectsFolder, links, onProgress }: BackupOrder): Promise<void> {
  if (objectsFolder === undefined) return
  const accounts = await foldersIn(objectsFolder)
  const paths: string[] = []
  for (const account of accounts.filter((name) => !['incoming', 'unfinished'].includes(name)))
    for (const path of await filesBelow(join(objectsFolder, account))) paths.push(path)
  for (const [at, path] of paths.entries()) {
    onProgress('objects', at / paths.length)
    await copyMissing(path, join(folder, OBJECTS, relative(objectsFolder, path)), { links })
  }
}

async function copyConsistently(order: BackupOrder): Promise<References> {
  const { folder, databaseFile, objectsFolder, links, onProgress } = order
  const target = join(folder, OBJECTS)
  for (let snapshot = 0; snapshot < MOST_SNAPSHOTS; snapshot++) {
    onProgress('database', 0)
    await copyDatabase(databaseFile, folder)
    const references = referencesIn(folder)
    if (objectsFolder === undefined) return references
    const objects = await allCopied(references.objects, (path) =>
      copyMissing(join(objectsFolder, path), join(target, path), { links }),
    )
    // These grow: what was copied for an earlier moment is too short.
    const unfinished = await allCopied(references.unfinished, (path) =>
      copyWhole(join(objectsFolder, path), join(target, path)),
    )
    if (objects && unfinished) return references
  }
  throw new EmbedlineError(
    'storage_unavailable',
    `the database refers to stored bytes that are not in ${objectsFolder}`,
  )
}

async function allCopied(
  paths: readonly string[],
  copy: (path: string) => Promise<boolean>,
): Promise<boolean> {
  for (const path of paths) if (!(await copy(path))) return false
  return true
}

/** Only whole files have their names, so one that is there need not be copied again. */
const copyMissing = async (from: string, to: string, options: CopyOptions): Promise<boolean> =>
  (await lstat(to).then(
    () => true,
    () => false,
  )) || copyWhole(from, to, options)

/** Bytes that were copied and that the database did not refer to any more at its moment. */
async function removeUnreferenced(objectsFolder: string, references: References): Promise<void> {
  const wanted = new Set([...references.objects, ...references.unfinished])
  for (const path of await filesBelow(objectsFolder))
    if (!wanted.has(relative(objectsFolder, path))) await rm(path)
}

async function copyTree({ folder, onProgress }: BackupOrder, bucketsFolder: string): Promise<void> {
  const target = join(folder, BUCKETS)
  const paths = await filesBelow(bucketsFolder)
  for (const [at, path] of paths.entries()) {
    onProgress('buckets', at / paths.length)
    await copyWhole(path, join(target, relative(bucketsFolder, path)))
  }
}

async function digestAll({ folder, onProgress }: BackupOrder): Promise<BackedUpFile[]> {
  const paths = (await filesBelow(folder)).filter((path) => !basename(path).startsWith(UNFINISHED))
  const files: BackedUpFile[] = []
  for (const [at, path] of paths.entries()) {
    onProgress('checksums', at / paths.length)
    const digest = await digestOf(path)
    if (!digest) continue
    const name = basename(path)
    if (/^[0-9a-f]{64}$/.test(name) && path.startsWith(join(folder, OBJECTS)) && name !== digest.sha256)
      throw new EmbedlineError(
        'storage_unavailable',
        `stored bytes are damaged: ${path} is not what its name says`,
      )
    files.push({ path: relative(folder, path), ...digest })
  }
  // The database decides what else is needed: whoever restores takes it last.
  const isDatabase = ({ path }: BackedUpFile) => join(folder, path) === databaseIn(folder)
  return files.toSorted((one, other) => Number(isDatabase(one)) - Number(isDatabase(other)))
}

const foldersIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)

/** Whole files below a folder, no links. */
const filesBelow = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []))
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.half'))
    .map((entry) => join(entry.parentPath, entry.name))
