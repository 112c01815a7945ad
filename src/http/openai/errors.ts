import { EmbedlineError, type ErrorCode } from '../../domain/errors.ts'
import { asRefusal, type Refusal } from '../refusal.ts'

interface Wire {
  status: number
  type: 'invalid_request_error' | 'server_error' | 'rate_limit_error' | 'authentication_error'
  code: string | null
}

const INVALID: Wire = { status: 400, type: 'invalid_request_error', code: null }
const VALUE: Wire = { ...INVALID, code: 'invalid_value' }
const SERVER: Wire = { status: 500, type: 'server_error', code: null }
const UNAVAILABLE: Wire = { status: 503, type: 'server_error', code: null }

// Every code has an answer here, or this file does not compile.
const WIRE = {
  request_invalid: VALUE,
  parameter_missing: { ...INVALID, code: 'missing_required_parameter' },
  parameter_unknown: { ...INVALID, code: 'unknown_parameter' },
  model_unknown: { ...INVALID, status: 404, code: 'model_not_found' },
  not_found: { ...INVALID, status: 404 },
  unauthorized: { status: 401, type: 'invalid_request_error', code: 'invalid_api_key' },
  forbidden: { ...INVALID, status: 403, code: 'insufficient_permissions' },
  upload_refused: { ...INVALID, status: 403 },
  too_large: { ...INVALID, status: 413 },
  quota_exceeded: { ...INVALID, status: 403, code: 'quota_exceeded' },
  rate_limited: { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  media_unreadable: VALUE,
  media_has_no_stream: VALUE,
  media_too_long: VALUE,
  media_too_large: VALUE,
  asset_failed: VALUE,
  input_missing: VALUE,
  text_too_long: { ...INVALID, code: 'context_length_exceeded' },
  unsupported_type: VALUE,
  document_unreadable: VALUE,
  document_encrypted: VALUE,
  document_too_large: VALUE,
  no_text: VALUE,
  no_transcript: VALUE,
  modality_unsupported: VALUE,
  model_missing: UNAVAILABLE,
  model_damaged: UNAVAILABLE,
  model_in_use: INVALID,
  fetch_refused: VALUE,
  fetch_not_found: VALUE,
  fetch_too_large: VALUE,
  state_conflict: { ...INVALID, status: 409 },
  deadline_exceeded: SERVER,
  cancelled: { ...INVALID, status: 409 },
  idempotency_mismatch: { ...INVALID, code: 'idempotency_key_mismatch' },
  idempotency_in_flight: { ...INVALID, status: 409, code: 'idempotency_key_in_use' },
  file_changed: SERVER,
  decoder_stalled: SERVER,
  decoder_crashed: SERVER,
  child_crashed: SERVER,
  child_hung: SERVER,
  child_out_of_memory: SERVER,
  compute_unavailable: UNAVAILABLE,
  fetch_failed: VALUE,
  remote_refused: SERVER,
  remote_unavailable: UNAVAILABLE,
  storage_unavailable: UNAVAILABLE,
  disk_full: UNAVAILABLE,
  lease_lost: SERVER,
  aborted: UNAVAILABLE,
  interrupted: SERVER,
  internal: SERVER,
} as const satisfies Record<ErrorCode, Wire>

export interface ErrorAnswer {
  status: number
  body: { error: { message: string; type: string; param: string | null; code: string | null } }
}

/** Where callers write what the verbs call by other names. */
const PARAM: Readonly<Record<string, string>> = {
  modelName: 'model',
  texts: 'input',
  dimension: 'dimensions',
  inputFileId: 'input_file_id',
}

/** What its caller is told of anything that was thrown. */
export const presentFailure = (thrown: unknown, requestId: string): ErrorAnswer =>
  presentRefusal(asRefusal(thrown, requestId))

/** The one envelope of the contract. */
export function presentRefusal({ code, message, field, status }: Refusal): ErrorAnswer {
  const wire: Wire = WIRE[code]
  const param = field === undefined ? null : (PARAM[field] ?? field)
  return {
    status: status ?? wire.status,
    body: { error: { message, type: wire.type, param, code: wire.code } },
  }
}

/** For a field of a request, by the name that the contract gives it. */
export const invalid = (field: string, message: string): EmbedlineError =>
  new EmbedlineError('request_invalid', message, { field })
