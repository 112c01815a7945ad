import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { EmbedlineError } from '../../domain/errors.ts'
import { writeDurably } from '../../modelFiles/durable.ts'

/** A file of a backup. */
export interface BackedUpFile {
  /** Below the backup's folder, with slashes; the same below the data folder that is made of it. */
  path: string
  sizeBytes: number
  /** Hex. */
  sha256: string
}

/** What stands first in a manifest. */
export interface BackupHead {
  embedlineBackup: typeof FORMAT
  version: string
  createdAt: string
}

export interface Manifest {
  head: BackupHead
  files: BackedUpFile[]
}

const FORMAT = 1

/** Its presence makes a backup a whole one: it is written last. */
const MANIFEST = 'manifest.ndjson'

const pathIn = (folder: string): string => join(folder, MANIFEST)

/** Writes what a whole backup has: a line of JSON for itself, one for each file, and one that says how many these are. */
export async function writeManifest(
  folder: string,
  { head, files }: { head: Omit<BackupHead, 'embedlineBackup'>; files: readonly BackedUpFile[] },
): Promise<void> {
  const lines = [{ embedlineBackup: FORMAT, ...head }, ...files, { fileCount: files.length }]
  await writeDurably(pathIn(folder), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}

/**
 * Reads the manifest of a backup; undefined when it has none, because it was never completed. Throws `request_invalid`
 * for one that is not whole, or of a newer Embedline.
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const lines = await readLines(pathIn(folder))
  if (!lines) return undefined
  const [head, ...rest] = lines
  const end = rest.pop()
  if (!isHead(head) || !isEnd(end, rest.length)) throw notWhole(folder)
  if (head.embedlineBackup !== FORMAT)
    throw new EmbedlineError('request_invalid', `the backup in ${folder} was made by a newer Embedline`)
  return { head, files: rest as BackedUpFile[] }
}

async function readLines(path: string): Promise<unknown[] | undefined> {
  const lines: unknown[] = []
  try {
    for await (const line of createInterface({ input: createReadStream(path) })) lines.push(JSON.parse(line))
    return lines
  } catch (failure) {
    if (failure instanceof SyntaxError) return [...lines, undefined]
    if (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT') return undefined
    throw failure
  }
}

const isHead = (line: unknown): line is BackupHead =>
  typeof line === 'object' && line !== null && 'embedlineBackup' in line

const isEnd = (line: unknown, count: number): boolean =>
  typeof line === 'object' && line !== null && 'fileCount' in line && line.fileCount === count

const notWhole = (folder: string) =>
  new EmbedlineError('request_invalid', `the manifest of the backup in ${folder} is damaged`)
