import { EmbedlineError } from '../domain/errors.ts'
import { asStorageFailure } from '../domain/storageFailure.ts'
import { codeOf, isAbsence } from './beneath.ts'

export const notFound = (cause?: unknown) =>
  new EmbedlineError('not_found', 'There is no such bucket or object.', { cause })

/** What the system said of a folder bucket, as a failure we foresee; a bug stays what it is. */
export function asFolderFailure(failure: unknown): unknown {
  if (isAbsence(failure)) return notFound(failure)
  return codeOf(failure) === undefined || failure instanceof EmbedlineError
    ? failure
    : asStorageFailure(failure)
}

const IN_THE_WAY = new Set(['EISDIR', 'ENOTDIR', 'ELOOP'])

/** The same for an object that could not be written: in a folder a name is either a file or a folder. */
export function asPutFailure(failure: unknown, key: string): unknown {
  if (!IN_THE_WAY.has(codeOf(failure) ?? '')) return asFolderFailure(failure)
  const sentence = `The key ${JSON.stringify(key)} cannot be written: in this bucket a file or a link is where it needs a folder, or a folder where it needs a file.`
  return new EmbedlineError('request_invalid', sentence, { field: 'key', cause: failure })
}
