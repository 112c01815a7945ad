import { EmbedlineError, type ErrorCode } from '../../domain/errors.ts'
import { asRefusal, type Refusal } from '../refusal.ts'
import { InvalidRequest, type Issue } from './invalidRequest.ts'

interface Wire {
  status: number
  code: string
  title: string
}

const BAD: Wire = { status: 400, code: '10015', title: 'Bad Request' }
const INVALID: Wire = { status: 422, code: '10015', title: 'Bad Request' }
const SERVER: Wire = { status: 500, code: '10007', title: 'Unexpected error' }
const UNAVAILABLE: Wire = { status: 503, code: '10007', title: 'Unexpected error' }
const NOT_FOUND: Wire = { status: 404, code: '10005', title: 'Resource not found' }

// Every code has an answer here, or this file does not compile. The contract publishes no code for an unfinished
// request of the same key (409) and for a body that is too large (413): these are the nearest ones.
const WIRE = {
  request_invalid: BAD,
  parameter_missing: INVALID,
  parameter_unknown: INVALID,
  model_unknown: INVALID,
  not_found: NOT_FOUND,
  unauthorized: { status: 401, code: '10009', title: 'Authentication failed' },
  forbidden: { status: 403, code: '10010', title: 'Authorization failed' },
  upload_refused: { ...BAD, status: 403 },
  too_large: { ...BAD, status: 413 },
  rate_limited: { status: 429, code: '10011', title: 'Too many requests' },
  quota_exceeded: { status: 403, code: '10010', title: 'Authorization failed' },
  media_unreadable: INVALID,
  media_has_no_stream: INVALID,
  media_too_long: INVALID,
  media_too_large: INVALID,
  asset_failed: INVALID,
  input_missing: INVALID,
  text_too_long: INVALID,
  unsupported_type: INVALID,
  document_unreadable: INVALID,
  document_encrypted: INVALID,
  document_too_large: INVALID,
  no_text: INVALID,
  no_transcript: INVALID,
  modality_unsupported: INVALID,
  model_missing: UNAVAILABLE,
  model_damaged: UNAVAILABLE,
  model_in_use: INVALID,
  fetch_refused: INVALID,
  fetch_not_found: INVALID,
  fetch_too_large: INVALID,
  state_conflict: { ...BAD, status: 409 },
  deadline_exceeded: SERVER,
  cancelled: INVALID,
  idempotency_mismatch: { status: 422, code: '10015', title: 'Idempotency-Key was used before' },
  idempotency_in_flight: { status: 409, code: '10012', title: 'Idempotency-Key is in use' },
  file_changed: SERVER,
  decoder_stalled: SERVER,
  decoder_crashed: SERVER,
  child_crashed: SERVER,
  child_hung: SERVER,
  child_out_of_memory: SERVER,
  compute_unavailable: UNAVAILABLE,
  fetch_failed: INVALID,
  remote_refused: SERVER,
  remote_unavailable: UNAVAILABLE,
  storage_unavailable: UNAVAILABLE,
  disk_full: UNAVAILABLE,
  lease_lost: SERVER,
  aborted: UNAVAILABLE,
  interrupted: SERVER,
  internal: SERVER,
} as const satisfies Record<ErrorCode, Wire>

/** The field by which a bucket that is not there is told from a task that is not. */
const BUCKET_FIELD = 'bucket_name'

export interface ErrorAnswer {
  status: number
  body: object
}

/** What its caller is told of anything that was thrown. */
export const presentFailure = (thrown: unknown, requestId: string): ErrorAnswer =>
  thrown instanceof InvalidRequest
    ? { status: 422, body: { detail: thrown.issues } }
    : presentRefusal(asRefusal(thrown, requestId))

/** One of the contract's three envelopes: a list of issues, a bucket that is missing, or the gateway's. */
export function presentRefusal(refusal: Refusal): ErrorAnswer {
  const { status, code, title } = WIRE[refusal.code]
  const detail = refusal.message
  if (refusal.field === undefined)
    return { status: refusal.status ?? status, body: { errors: [{ code, title, detail }] } }
  if (refusal.code === 'not_found' && refusal.field === BUCKET_FIELD)
    return { status, body: { detail: [{ code, title, detail }] } }
  const { field, reason } = refusal
  const ctx = reason === undefined ? {} : { ctx: { reason } }
  const issue: Issue = { loc: ['body', field], msg: detail, type: 'value_error', ...ctx }
  return { status: 422, body: { detail: [issue] } }
}

/** Where callers write what the verbs call by other names. */
const FIELD: Readonly<Record<string, string>> = {
  bucket: BUCKET_FIELD,
  modelName: 'embedding_model',
  limit: 'num_of_docs',
  keyPattern: 'filter',
  minCertainty: 'min_certainty',
}

const fieldOf = ({ field }: EmbedlineError, names: Readonly<Record<string, string>>) =>
  field === undefined ? undefined : (names[field] ?? field)

/**
 * Runs a verb and renames the field that it may complain of to where the caller wrote it. The verbs that this is for
 * look up nothing but buckets: what they do not find is one.
 */
export async function inWireFields<T>(
  verb: () => Promise<T>,
  names: Readonly<Record<string, string>> = FIELD,
): Promise<T> {
  try {
    return await verb()
  } catch (failure) {
    if (!(failure instanceof EmbedlineError)) throw failure
    const field = failure.code === 'not_found' ? BUCKET_FIELD : fieldOf(failure, names)
    throw field === undefined ? failure : failure.inField(field)
  }
}
