import { EmbedlineError, type ErrorCode } from '../domain/errors.ts'

/** What a caller may know of a failure. */
export interface Refusal {
  code: ErrorCode
  message: string
  /** The field of the request that is wrong. */
  field?: string
  /** One word that says more than the code. */
  reason?: string
  /** Set where HTTP itself says what the status is, such as 405. */
  status?: number
  /** So long another attempt should wait. */
  retryAfterMs?: number
  /** The limit that is spent. */
  limit?: number
}

/** True for what nobody foresaw: it belongs into the log, and its words to nobody else. */
export const isBug = (thrown: unknown): boolean =>
  thrown instanceof EmbedlineError ? thrown.code === 'internal' : frameworkStatus(thrown) >= 500

const FOR_OPERATOR: ReadonlySet<ErrorCode> = new Set([
  'disk_full',
  'storage_unavailable',
  'compute_unavailable',
  'remote_refused',
  'remote_unavailable',
])

/** True for what no caller can do anything about, and somebody on this machine must. */
export const isForOperator = (thrown: unknown): boolean =>
  thrown instanceof EmbedlineError && FOR_OPERATOR.has(thrown.code)

/** Turns anything that was thrown while a request was answered into what its caller may know. */
export function asRefusal(thrown: unknown, requestId: string): Refusal {
  if (isBug(thrown))
    return { code: 'internal', message: `This server made a mistake (request ${requestId}).` }
  if (thrown instanceof EmbedlineError && thrown.code === 'storage_unavailable')
    // Its own words name files of this machine.
    return {
      code: thrown.code,
      message: `The storage of this server does not work; its log says why (request ${requestId}).`,
      ...(thrown.retryAfterMs !== undefined && { retryAfterMs: thrown.retryAfterMs }),
    }
  if (thrown instanceof EmbedlineError) {
    const { code, message, field, reason, retryAfterMs, limit } = thrown
    return {
      code,
      message,
      ...(field !== undefined && { field }),
      ...(reason !== undefined && { reason }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(limit !== undefined && { limit }),
    }
  }
  const message = thrown instanceof Error ? thrown.message : 'The request is not understood.'
  return { code: 'request_invalid', message, status: frameworkStatus(thrown) }
}

/** The status that Fastify gives its own errors; 500 for everything else. */
function frameworkStatus(thrown: unknown): number {
  if (!(thrown instanceof Error) || !('code' in thrown) || !String(thrown.code).startsWith('FST_')) return 500
  return 'statusCode' in thrown && typeof thrown.statusCode === 'number' ? thrown.statusCode : 500
}
