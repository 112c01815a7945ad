import { EmbedlineError } from '../domain/errors.ts'

/** The storage has no bucket of this name now, which says nothing of its files: what is embedded of them stays. */
export const bucketGone = (bucket: string): EmbedlineError =>
  new EmbedlineError('not_found', `The bucket ${bucket} is not there any more.`)
