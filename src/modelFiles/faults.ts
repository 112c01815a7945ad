import { statSync } from 'node:fs'
import { join } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import type { Pin } from './lockFile.ts'

/** A file of a model that is not as it was pulled. */
export interface Fault {
  file: string
  /** `size` and `hash`: it is here with other bytes. */
  kind: 'missing' | 'size' | 'hash' | 'unpinned'
  /** For people. */
  message: string
}

/** What size tells of a file; empty when it is here as it was pinned, as far as size tells. */
export function faultOf(file: string, pin: Pin | undefined, sizeBytes: number | undefined): Fault[] {
  if (pin === undefined) return [{ file, kind: 'unpinned', message: `${file} was never pulled` }]
  if (sizeBytes === undefined) return [{ file, kind: 'missing', message: `${file} is missing` }]
  if (sizeBytes === pin.sizeBytes) return []
  return [{ file, kind: 'size', message: `${file} has ${sizeBytes} bytes instead of ${pin.sizeBytes}` }]
}

/** Sizes of those names that are files here. Throws `storage_unavailable` when the system does not say. */
export function sizesIn(folder: string, names: Iterable<string>): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const name of names) {
    const sizeBytes = sizeOf(join(folder, name))
    if (sizeBytes !== undefined) sizes.set(name, sizeBytes)
  }
  return sizes
}

function sizeOf(path: string): number | undefined {
  try {
    const stats = statSync(path)
    return stats.isFile() ? stats.size : undefined
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new EmbedlineError('storage_unavailable', `${path} cannot be read (${String(code)})`, { cause })
  }
}
