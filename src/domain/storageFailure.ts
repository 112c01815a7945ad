import { EmbedlineError } from './errors.ts'

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** For bytes that do not fit, or would take what is reserved. */
export const diskFull = (cause?: unknown): EmbedlineError =>
  new EmbedlineError('disk_full', 'There is no space left for the bytes of this request.', { cause })

/** What the operating system said of a file, as `disk_full` or `storage_unavailable`. */
export function asStorageFailure(cause: unknown): EmbedlineError {
  if (cause instanceof EmbedlineError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
  return FULL.has(code)
    ? diskFull(cause)
    : new EmbedlineError('storage_unavailable', `The storage of this server does not work (${code}).`, {
        cause,
      })
}
