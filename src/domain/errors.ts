// Every failure we foresee, and whether another attempt at the same work may help.
const RETRY = {
  // What the caller asked for cannot be had.
  request_invalid: false,
  parameter_missing: false,
  parameter_unknown: false,
  model_unknown: false,
  not_found: false,
  unauthorized: false,
  // The key is good, and not for this.
  forbidden: false,
  too_large: false,
  // The upload, or the address of one of its parts, does not take this, or not any more.
  upload_refused: false,
  rate_limited: true,
  // More than the account may store: something must be removed first.
  quota_exceeded: false,
  // What is wrong with the input itself.
  media_unreadable: false,
  media_has_no_stream: false,
  media_too_long: false,
  media_too_large: false,
  asset_failed: false,
  input_missing: false,
  text_too_long: false,
  unsupported_type: false,
  document_unreadable: false,
  document_encrypted: false,
  document_too_large: false,
  no_text: false,
  no_transcript: false,
  // What is wrong with the model that was asked for, or with its files here.
  modality_unsupported: false,
  model_missing: false,
  model_damaged: false,
  model_in_use: false,
  // What is wrong with an address, or with what lies there.
  fetch_refused: false,
  fetch_not_found: false,
  fetch_too_large: false,
  // What was asked for does not fit the state in which the thing is.
  state_conflict: false,
  // It was not done in the time that there was for it.
  deadline_exceeded: false,
  // Nobody wants it any more.
  cancelled: false,
  // A key that names a create was used before: for another request, or for one that has no answer yet.
  idempotency_mismatch: false,
  idempotency_in_flight: false,
  // What went wrong here and may go right next time.
  file_changed: true,
  decoder_stalled: true,
  decoder_crashed: true,
  child_crashed: true,
  child_hung: true,
  child_out_of_memory: true,
  compute_unavailable: true,
  fetch_failed: true,
  remote_refused: false,
  remote_unavailable: true,
  storage_unavailable: true,
  disk_full: true,
  // The attempt ended, not the work.
  lease_lost: true,
  aborted: true,
  interrupted: false,
  internal: true,
} as const

export type ErrorCode = keyof typeof RETRY

/** True for a word of the closed list; for codes that come back from the database or another process. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(RETRY, code)

/** Says whether another attempt at the same work may help. */
export const isRetryable = (code: ErrorCode): boolean => RETRY[code]

export interface EmbedlineErrorOptions extends ErrorOptions {
  /** The field of the request that is wrong, as a path of domain names: `segmentation.durationSec`. */
  field?: string
  /** Set when a compute child died while it also held other work: the death is not this work's alone. */
  sharedChild?: boolean
  /** One word that says more than the code, for callers that want to tell such failures apart. */
  reason?: string
  /** So long, in milliseconds, another attempt should wait at least. */
  retryAfterMs?: number
  /** The limit that is spent. */
  limit?: number
}

/** A failure we foresaw. Anything else that is thrown is a bug, and is reported as one. */
export class EmbedlineError extends Error {
  override readonly name = 'EmbedlineError'
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly sharedChild: boolean
  readonly reason: string | undefined
  readonly retryAfterMs: number | undefined
  readonly limit: number | undefined

  constructor(code: ErrorCode, message: string, options?: EmbedlineErrorOptions) {
    super(message, options)
    this.code = code
    this.field = options?.field
    this.sharedChild = options?.sharedChild ?? false
    this.reason = options?.reason
    this.retryAfterMs = options?.retryAfterMs
    this.limit = options?.limit
  }

  /** The same failure, blamed on a field of a request. */
  inField(field: string): EmbedlineError {
    const { code, message, sharedChild, reason, retryAfterMs, limit } = this
    return new EmbedlineError(code, message, {
      field,
      sharedChild,
      ...(reason !== undefined && { reason }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(limit !== undefined && { limit }),
      cause: this,
    })
  }

  get retryable(): boolean {
    return isRetryable(this.code)
  }
}
