import { EmbedlineError } from '../domain/errors.ts'
import { isBucketName } from './bucketName.ts'

/** Which buckets of a store are whose. */
export interface S3Names {
  /** How the store calls a bucket of an account; undefined for a name that no bucket can have. */
  inStore(account: string, bucket: string): string | undefined
  /** How the account calls it; undefined for one that is not of the account. */
  ofAccount(account: string, name: string): string | undefined
}

const TEMPLATE = /^s3:([a-z0-9.-]*)(?:\{account\}(-[a-z0-9.-]*))?$/

/** True for `s3:`, `s3:shared-`, `s3:{account}-`, `s3:embedline-{account}-`: what stands before the names of buckets. */
export const isS3Template = (template: string): boolean => TEMPLATE.test(template)

/**
 * Reads what names of buckets begin with. After `{account}` comes a dash, which no account has in its part of the name: so no
 * bucket of one account is one of another. What is stored elsewhere in the same store (`reserved`) is nobody's bucket.
 * Throws `request_invalid`.
 */
export function s3Names(template: string, reserved: readonly string[] = []): S3Names {
  const [isTemplate, before = '', after] = TEMPLATE.exec(template) ?? []
  if (isTemplate === undefined)
    throw new EmbedlineError(
      'request_invalid',
      `The buckets' URL ${template} is not s3: and a beginning of names.`,
    )
  const prefixOf = (account: string) => (after === undefined ? before : before + asNamePart(account) + after)
  const isUsable = (bucket: string, name: string) =>
    isBucketName(bucket) && isBucketName(name) && !reserved.includes(name)
  return {
    inStore(account, bucket) {
      const name = prefixOf(account) + bucket
      return isUsable(bucket, name) ? name : undefined
    },
    ofAccount(account, name) {
      const prefix = prefixOf(account)
      const bucket = name.slice(prefix.length)
      return name.startsWith(prefix) && isUsable(bucket, name) ? bucket : undefined
    },
  }
}

// A byte that is no small letter or digit is its two hex digits and a dot. Each dot ends one, so no two accounts have the
// same part.
const asNamePart = (account: string): string =>
  account
    .toWellFormed()
    .replaceAll(/[^a-z0-9]+/g, (text) =>
      [...Buffer.from(text)].map((byte) => `${byte.toString(16).padStart(2, '0')}.`).join(''),
    )
