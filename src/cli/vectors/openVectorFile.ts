import { randomBytes } from 'node:crypto'
import { link, open, rename, rm, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Output } from '../command.ts'
import type { FormatWriter } from './formatWriter.ts'
import { linesOf } from './ndjson.ts'
import type { VectorFile } from './vectorRow.ts'

type Format = 'ndjson' | 'npz' | 'parquet'

const FORMATS: Readonly<Record<Format, (path: string) => Promise<FormatWriter>>> = {
  ndjson: async (path) => (await import('./ndjson.ts')).openNdjson(path),
  npz: async (path) => (await import('./npz.ts')).openNpz(path),
  parquet: async (path) => (await import('./parquet.ts')).openParquet(path),
}

const ENDINGS: Readonly<Record<string, Format>> = {
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.npz': 'npz',
  '.parquet': 'parquet',
}

export interface WhereTo {
  /** Absent, or `-`: lines of NDJSON are printed. */
  out: string | undefined
  /** A file that is there already is replaced. */
  mayReplace: boolean
}

/** True when the vectors themselves are printed, and not into a file. */
export const isPrinted = ({ out }: Pick<WhereTo, 'out'>): boolean => out === undefined || out === '-'

/** Prints the rows as NDJSON, or writes them into a file: throws what `openVectorFile` throws. */
export const openVectors = async ({ out, mayReplace }: WhereTo, output: Output): Promise<VectorFile> =>
  out === undefined || out === '-' ? printed(output) : openVectorFile(out, { mayReplace })

const printed = (output: Output): VectorFile => ({
  write(rows) {
    output.write(linesOf(rows))
    return output.drain()
  },
  finish: async () => {},
  abandon: async () => {},
})

/**
 * Opens a file of vectors; its ending says what it is: NDJSON, NumPy's NPZ or Parquet. Until it is finished it has a
 * name of its own, `….part`. Throws `request_invalid` for another ending and for a file that is there already and may
 * not be replaced, and `storage_unavailable` when it cannot be written.
 */
export async function openVectorFile(
  path: string,
  { mayReplace = false }: Partial<Pick<WhereTo, 'mayReplace'>> = {},
): Promise<VectorFile> {
  const format = ENDINGS[extname(path).toLowerCase()]
  if (!format)
    throw new EmbedlineError('request_invalid', `${path} should end with ${Object.keys(ENDINGS).join(', ')}`)
  await refuseExisting(path, mayReplace)
  // Two commands may write to the same name: each has a file of its own until it is whole.
  const unfinished = `${path}.${randomBytes(4).toString('hex')}.part`
  const guarded = <T>(work: () => Promise<T>) => named(path, work)
  const writer = await guarded(() => FORMATS[format](unfinished))
  let isKept = false
  return {
    async write(rows) {
      await guarded(() => writer.write(rows))
      return true
    },
    finish: () =>
      guarded(async () => {
        await writer.finish()
        await toDisk(unfinished)
        if (mayReplace) return rename(unfinished, path)
        isKept = !(await takeName(unfinished, path))
        if (isKept)
          throw new EmbedlineError('state_conflict', `${path} exists by now: this is in ${unfinished}`)
      }),
    async abandon() {
      if (isKept) return
      await writer.abandon()
      await rm(unfinished, { force: true })
    },
  }
}

async function refuseExisting(path: string, mayReplace: boolean): Promise<void> {
  const facts = await stat(path).catch(() => undefined)
  if (facts?.isDirectory() === true) throw new EmbedlineError('request_invalid', `${path} is a folder`)
  if (facts !== undefined && !mayReplace)
    throw new EmbedlineError('request_invalid', `${path} exists already: --force replaces it`)
}

/** What has the name after a power cut is whole. */
async function toDisk(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** False when the name is taken; a rename would replace what has it. */
async function takeName(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
  } catch (failure) {
    const code = failure instanceof Error && 'code' in failure ? failure.code : undefined
    if (code === 'EEXIST') return false
    // Not every file system has links.
    await rename(from, to)
    return true
  }
  await rm(from)
  return true
}

async function named<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause
    throw new EmbedlineError('storage_unavailable', `${path} cannot be written: ${cause.message}`, { cause })
  }
}
