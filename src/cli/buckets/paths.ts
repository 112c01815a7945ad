import { EmbedlineError } from '../../domain/errors.ts'

/** Where the server keeps one object of a bucket. Throws `request_invalid` for a key that no path can name. */
export function objectPath(bucket: string, key: string): string {
  const segments = key.split('/')
  // A client resolves `..` before it sends a path: the request would be another one.
  if (segments.some((segment) => ['', '.', '..'].includes(segment)))
    throw new EmbedlineError('request_invalid', `"${key}" is no key of an object`)
  return `${objectsPath(bucket)}/${segments.map(encodeURIComponent).join('/')}`
}

export const bucketPath = (bucket: string): string => `/api/buckets/${encodeURIComponent(bucket)}`

export const objectsPath = (bucket: string): string => `${bucketPath(bucket)}/objects`

export const EMBEDDINGS_PATH = '/v2/ai/embeddings'

/** What is embedded of a bucket. */
export const embeddedPath = (bucket: string): string =>
  `${EMBEDDINGS_PATH}/buckets/${encodeURIComponent(bucket)}`

/** The first operand. Throws `request_invalid` without one. */
export function bucketOf(operands: readonly string[]): string {
  const [bucket] = operands
  if (bucket === undefined || bucket === '') throw new EmbedlineError('request_invalid', 'which bucket?')
  return bucket
}
