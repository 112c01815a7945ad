import { EmbedlineError, type ErrorCode } from '../domain/errors.ts'

// Why something was not fetched, and whether that is for good: the code follows from the reason.
const CODE = {
  // The address itself is not taken.
  bad_url: 'fetch_refused',
  bad_scheme: 'fetch_refused',
  userinfo: 'fetch_refused',
  private_address: 'fetch_refused',
  // What answered is not taken.
  too_many_redirects: 'fetch_refused',
  redirect_forbidden: 'fetch_refused',
  downgraded: 'fetch_refused',
  bad_certificate: 'fetch_refused',
  encoded: 'fetch_refused',
  http_status: 'fetch_refused',
  not_found: 'fetch_not_found',
  too_large: 'fetch_too_large',
  // What may go right another time.
  unknown_name: 'fetch_failed',
  name_lookup_failed: 'fetch_failed',
  connection_refused: 'fetch_failed',
  unreachable: 'fetch_failed',
  broken_off: 'fetch_failed',
  bad_answer: 'fetch_failed',
  timeout: 'fetch_failed',
  server_error: 'fetch_failed',
  rate_limited: 'fetch_failed',
} as const satisfies Record<string, ErrorCode>

/** Stands in `EmbedlineError.reason` of everything that this room throws, but `aborted`. */
export type FetchReason = keyof typeof CODE

/** A failure to fetch. `message` is shown to callers: it names hosts, and never an address that a name stands for. */
export const fetchFailure = (
  reason: FetchReason,
  message: string,
  options: { cause?: unknown; retryAfterMs?: number } = {},
): EmbedlineError => new EmbedlineError(CODE[reason], message, { reason, ...options })

const OF_SYSTEM: Readonly<Record<string, [FetchReason, string]>> = {
  ENOTFOUND: ['unknown_name', 'has no address'],
  EAI_AGAIN: ['name_lookup_failed', 'could not be looked up'],
  ECONNREFUSED: ['connection_refused', 'refused the connection'],
  EHOSTUNREACH: ['unreachable', 'cannot be reached'],
  ENETUNREACH: ['unreachable', 'cannot be reached'],
  EADDRNOTAVAIL: ['unreachable', 'cannot be reached'],
  ETIMEDOUT: ['timeout', 'did not answer in time'],
  UND_ERR_CONNECT_TIMEOUT: ['timeout', 'did not answer in time'],
  UND_ERR_HEADERS_TIMEOUT: ['timeout', 'did not answer in time'],
  UND_ERR_BODY_TIMEOUT: ['timeout', 'stopped sending'],
  ECONNRESET: ['broken_off', 'broke off the connection'],
  EPIPE: ['broken_off', 'broke off the connection'],
  UND_ERR_SOCKET: ['broken_off', 'broke off the connection'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['broken_off', 'sent less than it announced'],
}

const CERTIFICATE =
  /^(CERT_|ERR_TLS_CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH)/

/** What the system or the HTTP client said of a connection to `host`. An EmbedlineError is one already. */
export function asFetchFailure(cause: unknown, host: string): EmbedlineError {
  if (cause instanceof EmbedlineError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (CERTIFICATE.test(code))
    return fetchFailure('bad_certificate', `The certificate of ${host} is not valid.`, { cause })
  const [reason, saying] = OF_SYSTEM[code] ?? ['bad_answer', 'did not answer in HTTP']
  return fetchFailure(reason, `${host} ${saying}.`, { cause })
}

/** What a status other than success means for whoever wanted the content. Undefined for 2xx. */
export function statusFailure(
  status: number,
  { host, retryAfterMs }: { host: string; retryAfterMs?: number | undefined },
): EmbedlineError | undefined {
  if (status >= 200 && status < 300) return undefined
  const message = `${host} answered ${status}.`
  const options = retryAfterMs === undefined ? {} : { retryAfterMs }
  if (status === 404 || status === 410) return fetchFailure('not_found', message)
  if (status === 429) return fetchFailure('rate_limited', message, options)
  if (status >= 500 || status === 408) return fetchFailure('server_error', message, options)
  return fetchFailure('http_status', message)
}

/** Source: RFC 9110, section 10.2.3: seconds, or a date. Undefined when there is none, or none that can be read. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000
  const atMs = Date.parse(header)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs)
}
