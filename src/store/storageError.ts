import { EmbedlineError } from '../domain/errors.ts'

// Primary result codes of SQLite (https://sqlite.org/rescode.html) that say nothing about the statement itself.
const FULL = 13
const CORRUPT = 11
const NO_DATABASE = 26
const UNAVAILABLE: Readonly<Record<number, string>> = {
  5: 'is locked by another program',
  6: 'is locked by another program',
  7: 'needs more memory than there is',
  8: 'cannot be written',
  10: 'had an input or output error',
  [CORRUPT]: 'is damaged',
  14: 'cannot be opened',
  [NO_DATABASE]: 'is not an Embedline database',
}

/**
 * What to throw for what `node:sqlite` threw: `disk_full` or `storage_unavailable` when the disk or the file is at
 * fault, otherwise the error itself (a broken constraint, a bug in a statement).
 */
export function toStorageError(error: unknown, file: string): unknown {
  const code = resultCode(error)
  if (code === undefined) return error
  const primary = code & 0xff
  if (primary === FULL)
    return new EmbedlineError('disk_full', 'there is no space left for the database', { cause: error })
  const reason = UNAVAILABLE[primary]
  if (reason === undefined) return error
  return new EmbedlineError('storage_unavailable', `the database ${file} ${reason}`, { cause: error })
}

/** True when the bytes of the file are wrong; false for what may pass, such as a full disk or a lock. */
export function isDamage(error: EmbedlineError): boolean {
  const code = resultCode(error.cause)
  return code !== undefined && [CORRUPT, NO_DATABASE].includes(code & 0xff)
}

/** SQLite's extended result code, when the error is one of SQLite's. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode : undefined
}
