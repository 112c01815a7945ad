import { mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { EmbedlineError } from '../../domain/errors.ts'
import { writeDurably } from '../../modelFiles/durable.ts'
import { lockFolder } from '../../store/lock.ts'
import { RESTORING } from '../../store/restoring.ts'
import { copyWhole, digestOf } from './copyFile.ts'
import { readManifest, type BackedUpFile, type Manifest } from './manifest.ts'

export interface RestoreOrder {
  /** Of the backup. */
  folder: string
  /** Where a server shall find it: empty, not there, or left by a restore that was not completed. */
  dataFolder: string
  onProgress: (fraction: number) => void
}

/** What a folder may hold that a restore goes on with, beside what it restores. */
const LOCK = /^lock\.db/

/** The manifest of a backup that is whole. Throws `request_invalid` when it is not. */
export async function wholeBackup(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder)
  if (manifest) return manifest
  throw new EmbedlineError(
    'request_invalid',
    `there is no whole backup in ${folder}: it has no manifest. A backup that was stopped goes on when it is started again`,
  )
}

/**
 * Looks whether each file of a backup is there and is what it was. Throws `storage_unavailable` that names the first one
 * that is not.
 */
export async function checkBackup(folder: string, onProgress: (fraction: number) => void): Promise<Manifest> {
  const manifest = await wholeBackup(folder)
  for (const [at, file] of manifest.files.entries()) {
    onProgress(at / manifest.files.length)
    if (!(await isAsWritten(join(folder, file.path), file))) throw damaged(folder, file)
  }
  return manifest
}

/**
 * Makes a data folder of a backup, every file of which is compared with the manifest. Until it is complete no server
 * starts on the folder; killed before, another call goes on. Throws `request_invalid` for a folder with something in it
 * or a backup that is not whole, `storage_unavailable` for one that is damaged, `disk_full`.
 */
export async function restoreFolder({ folder, dataFolder, onProgress }: RestoreOrder): Promise<Manifest> {
  const manifest = await wholeBackup(folder)
  await beginOrGoOn(dataFolder)
  const held = lockFolder(dataFolder)
  try {
    for (const [at, file] of manifest.files.entries()) {
      onProgress(at / manifest.files.length)
      await restoreFile(folder, dataFolder, file)
    }
    await rm(join(dataFolder, RESTORING))
    return manifest
  } finally {
    await held.close()
  }
}

async function beginOrGoOn(dataFolder: string): Promise<void> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 })
  const names = await readdir(dataFolder)
  if (names.includes(RESTORING)) return
  if (names.some((name) => !LOCK.test(name)))
    throw new EmbedlineError(
      'request_invalid',
      `${dataFolder} is not empty: a backup is restored into a new folder`,
    )
  await writeDurably(join(dataFolder, RESTORING), '')
}

async function restoreFile(folder: string, dataFolder: string, file: BackedUpFile): Promise<void> {
  const to = within(dataFolder, file.path)
  if (await isAsWritten(to, file)) return
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  await rm(to, { force: true })
  if (!(await copyWhole(within(folder, file.path), to)) || !(await isAsWritten(to, file)))
    throw damaged(folder, file)
}

/** A manifest that somebody has changed must not write elsewhere. */
function within(folder: string, path: string): string {
  const inside = normalize(path)
  if (inside.startsWith('..') || inside.startsWith('/'))
    throw new EmbedlineError('request_invalid', `the manifest names ${path}, which is not in the backup`)
  return join(folder, inside)
}

async function isAsWritten(path: string, { sizeBytes, sha256 }: BackedUpFile): Promise<boolean> {
  const found = await digestOf(path)
  return found?.sizeBytes === sizeBytes && found.sha256 === sha256
}

const damaged = (folder: string, { path }: BackedUpFile) =>
  new EmbedlineError(
    'storage_unavailable',
    `the backup in ${folder} is damaged: ${path} is not what was written`,
  )
