import { join } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import type { Opened } from '../lib/closing.ts'
import { holdFile } from '../lib/heldFile.ts'

/**
 * Holds a data folder, which must exist, until `close` or until the process ends, however it ends.
 * Throws `storage_unavailable` when another process holds the folder, or nobody can write there.
 */
export function lockFolder(folder: string): Opened {
  const held = hold(folder)
  if (held) return held
  throw new EmbedlineError(
    'storage_unavailable',
    `the data folder ${folder} is in use by another Embedline server`,
  )
}

function hold(folder: string): Opened | undefined {
  try {
    return holdFile(join(folder, 'lock.db'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new EmbedlineError(
      'storage_unavailable',
      `the data folder ${folder} cannot be written: ${reason}`,
      {
        cause,
      },
    )
  }
}
