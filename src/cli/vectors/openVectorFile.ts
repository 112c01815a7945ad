import { rename, rm } from 'node:fs/promises'
import { extname } from 'node:path'
import { EmbedlineError } from '../../domain/errors.ts'
import type { VectorFile, VectorRow } from './vectorRow.ts'

/** Writes rows into a file that has a name of its own until it is whole. */
export interface FormatWriter {
  write(rows: readonly VectorRow[]): Promise<void>
  /** Everything is in the file, and it is closed. */
  finish(): Promise<void>
  /** Closes and removes what else than the file itself was opened. */
  abandon(): Promise<void>
}

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

/**
 * Opens a file of vectors; its ending says what it is: NDJSON, NumPy's NPZ or Parquet. Throws `request_invalid` for
 * another ending, and `storage_unavailable` when it cannot be written.
 */
export async function openVectorFile(path: string): Promise<VectorFile> {
  const format = ENDINGS[extname(path).toLowerCase()]
  if (!format)
    throw new EmbedlineError('request_invalid', `${path} should end with ${Object.keys(ENDINGS).join(', ')}`)
  const unfinished = `${path}.part`
  const guarded = <T>(work: () => Promise<T>) => named(path, work)
  const writer = await guarded(() => FORMATS[format](unfinished))
  return {
    write: (rows) => guarded(() => writer.write(rows)),
    finish: () =>
      guarded(async () => {
        await writer.finish()
        await rename(unfinished, path)
      }),
    async abandon() {
      await writer.abandon()
      await rm(unfinished, { force: true })
    },
  }
}

async function named<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause
    throw new EmbedlineError('storage_unavailable', `${path} cannot be written: ${cause.message}`, { cause })
  }
}
