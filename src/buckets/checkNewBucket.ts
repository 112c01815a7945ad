import { EmbedlineError } from '../domain/errors.ts'
import { isBucketName } from './bucketName.ts'

/** Throws `request_invalid`, with the rule, for a name that no bucket can have. */
export function checkNewBucket(bucket: string): void {
  if (isBucketName(bucket)) return
  const rule = 'A bucket has 3 to 63 lower case letters, digits, dots and dashes, by the rules of Amazon S3.'
  throw new EmbedlineError('request_invalid', rule, { field: 'bucket' })
}
