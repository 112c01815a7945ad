import { EmbedlineError } from '../../domain/errors.ts'

/** What is known of a failure of the store or of the way to it. */
interface Facts {
  /** S3's code, that of the operating system, or the name of a class. */
  name: string
  status: number | undefined
}

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
  'TimeoutError',
])

// Refused with a status of the caller's, and right the next time: the bytes were spoilt or stuck on their way, or the
// clock was found to be wrong, which the client corrects.
const AGAIN = new Set([
  'BadDigest',
  'IncompleteBody',
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'OperationAborted',
  'ConditionalRequestConflict',
])

/** So long is waited for a store that is away. */
const AGAIN_AFTER_MS = 15_000

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

function factsOf(failure: unknown): Facts {
  if (!isRecord(failure)) return { name: 'unknown', status: undefined }
  const metadata = isRecord(failure['$metadata']) ? failure['$metadata'] : {}
  const status = metadata['httpStatusCode']
  const code = failure['Code'] ?? failure['code']
  const name = typeof code === 'string' ? code : failure['name']
  return {
    name: typeof name === 'string' && /^\w{1,60}$/.test(name) ? name : 'unknown',
    status: typeof status === 'number' ? status : undefined,
  }
}

/** Nothing has the key, or there is no such upload. A bucket that is missing is another matter. */
export function isMissing(failure: unknown): boolean {
  const { name, status } = factsOf(failure)
  return name === 'NoSuchKey' || name === 'NoSuchUpload' || (status === 404 && name !== 'NoSuchBucket')
}

/** What was asked for is not as it was, or there already. */
export const isPreconditionFailed = (failure: unknown): boolean => factsOf(failure).status === 412

/** There is no such bucket. */
export const isBucketMissing = (failure: unknown): boolean => factsOf(failure).name === 'NoSuchBucket'

/** A bucket of that name is there: of these credentials (`own`), or of somebody else. */
export function isBucketTaken(failure: unknown): 'own' | 'other' | undefined {
  const { name } = factsOf(failure)
  if (name === 'BucketAlreadyOwnedByYou') return 'own'
  return name === 'BucketAlreadyExists' ? 'other' : undefined
}

/** The store does not know the operation. */
export function isNotImplemented(failure: unknown): boolean {
  const { name, status } = factsOf(failure)
  return status === 501 || status === 405 || name === 'NotImplemented'
}

/** The same request may go right in a moment. */
export function mayGoRight(failure: unknown): boolean {
  if (failure instanceof EmbedlineError) return false
  const { name, status } = factsOf(failure)
  if (NETWORK.has(name) || AGAIN.has(name)) return true
  // An answer that is no failure and cannot be read was spoilt on its way.
  if (status !== undefined && status < 300) return true
  return status !== undefined && (status === 429 || (status >= 500 && status !== 501))
}

/**
 * A failure of the store as one of the closed list. What the store said is left out, but for its code: it may quote
 * the request, with the id of the key in it.
 */
export function asStoreFailure(failure: unknown): EmbedlineError {
  if (failure instanceof EmbedlineError) return failure
  if (isRecord(failure) && failure['name'] === 'AbortError')
    return new EmbedlineError('aborted', 'The request to the storage was stopped.')
  const { name, status } = factsOf(failure)
  const cause = new Error(`S3: ${name}${status === undefined ? '' : `, status ${status}`}`)
  return new EmbedlineError('storage_unavailable', `${sentence({ name, status })} (${name})`, {
    cause,
    retryAfterMs: AGAIN_AFTER_MS,
    reason: status === 412 ? 'storage_changed' : mayGoRight(failure) ? 'storage_down' : 'storage_refused',
  })
}

function sentence({ name, status }: Facts): string {
  if (name === 'CredentialsProviderError') return 'There are no credentials for the storage of this server'
  if (status === 301 || name === 'AuthorizationHeaderMalformed')
    return 'The bucket of this server is in another region than it asks: EMBEDLINE_S3_REGION'
  if (name === 'NoSuchBucket') return 'The bucket in which this server stores bytes does not exist'
  if (status === 401 || status === 403) return 'The storage refuses the credentials of this server'
  if (status === 412) return 'What is stored changed while it was read'
  if (name === 'SlowDown' || status === 429 || status === 503) return 'The storage has too much to do'
  return 'The storage of this server does not work'
}

/** What is in the store is not what it was a moment ago. */
export const storageChanged = (message: string): EmbedlineError =>
  new EmbedlineError('storage_unavailable', message, {
    reason: 'storage_changed',
    retryAfterMs: AGAIN_AFTER_MS,
  })

/** What came is not what was stored: it was spoilt in the store or on its way. */
export const storageSpoilt = (): EmbedlineError =>
  new EmbedlineError('storage_unavailable', 'The storage gives other bytes than were stored.', {
    reason: 'storage_spoilt',
    retryAfterMs: AGAIN_AFTER_MS,
  })

export const isSpoilt = (failure: unknown): boolean =>
  failure instanceof EmbedlineError && failure.reason === 'storage_spoilt'
