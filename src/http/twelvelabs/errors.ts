import { EmbedlineError, type ErrorCode } from '../../domain/errors.ts'
import { snakeCase } from '../../lib/snakeCase.ts'
import type { Refusal } from '../refusal.ts'

const DOCS_URL = 'https://docs.twelvelabs.io/api-reference/error-codes'

interface Wire {
  status: number
  code: string
}

const INVALID: Wire = { status: 400, code: 'parameter_invalid' }
/** A limit that is spent: no later attempt with the same bytes will do. */
const SPENT: Wire = { status: 403, code: 'usage_limit_exceeded' }
const SERVER: Wire = { status: 500, code: 'internal_server_error' }
const UNAVAILABLE: Wire = { status: 503, code: 'service_unavailable' }

// Every code has an answer here, or this file does not compile.
const WIRE = {
  request_invalid: INVALID,
  parameter_missing: { status: 400, code: 'parameter_not_provided' },
  parameter_unknown: { status: 400, code: 'parameter_unknown' },
  model_unknown: INVALID,
  not_found: { status: 404, code: 'resource_not_exist' },
  unauthorized: { status: 401, code: 'api_key_invalid' },
  forbidden: { status: 403, code: 'api_not_allowed' },
  too_large: INVALID,
  rate_limited: { status: 429, code: 'too_many_requests' },
  quota_exceeded: SPENT,
  upload_refused: { status: 403, code: 'api_not_allowed' },
  media_unreadable: INVALID,
  media_has_no_stream: INVALID,
  media_too_long: { status: 400, code: 'video_duration_too_long' },
  media_too_large: { status: 400, code: 'video_filesize_too_large' },
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
  state_conflict: { status: 409, code: 'api_not_allowed' },
  deadline_exceeded: SERVER,
  cancelled: INVALID,
  idempotency_mismatch: { status: 422, code: 'idempotency_key_reused' },
  idempotency_in_flight: { status: 409, code: 'idempotency_key_in_use' },
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

/** The fields that the verbs name and that stand beside the object of the input type. */
const TOP_FIELD: Readonly<Record<string, string>> = {
  dimension: 'embedding_dimension',
  uncertainty: 'embedding_uncertainty',
}

/** The fields that the verbs name, by their place in the object of the input type. */
const FIELD: Readonly<Record<string, string>> = {
  assetId: 'media_source.asset_id',
  url: 'media_source.url',
  startSec: 'start_sec',
  endSec: 'end_sec',
  modalities: 'embedding_option',
  fused: 'embedding_type',
  scopes: 'embedding_scope',
  text: 'input_text',
  pages: 'segmentation.spatial',
  chunks: 'segmentation.sequential',
}

export interface ErrorAnswer {
  status: number
  body: ErrorBody
}

/** The two shapes in which this contract's errors are documented, in one body. */
export interface ErrorBody {
  code: string
  message: string
  docs_url: string
  error: { code: string; message: string; details: Readonly<Record<string, string | number>> }
}

// Both may repeat what a caller sent, which may be very long.
const FIELD_CHARACTERS = 200
const MESSAGE_CHARACTERS = 500

const clipped = (text: string, characters: number): string =>
  text.length <= characters ? text : `${text.slice(0, characters)}…`

export const presentRefusal = (refusal: Refusal): ErrorAnswer => presentAs(WIRE[refusal.code], refusal)

/**
 * The same for a request whose body is a file. The official client tries again after a 5xx or 429 with a body that it has
 * already used up, and then hides what happened: there is neither.
 */
export function presentUploadRefusal(refusal: Refusal): ErrorAnswer {
  if (refusal.code === 'disk_full' || refusal.code === 'rate_limited') return presentAs(SPENT, refusal)
  const answer = presentRefusal(refusal)
  return answer.status >= 500 ? { ...answer, status: 400 } : answer
}

function presentAs({ code, status }: Wire, refusal: Refusal): ErrorAnswer {
  const reason = clipped(refusal.message, MESSAGE_CHARACTERS)
  const field = refusal.field === undefined ? undefined : clipped(refusal.field, FIELD_CHARACTERS)
  const message = field === undefined ? reason : naming(field, code, reason)
  const details = {
    ...(field !== undefined && { field }),
    ...(refusal.reason !== undefined && { reason: refusal.reason }),
    ...(refusal.limit !== undefined && retryDetails(refusal)),
  }
  return {
    status: refusal.status ?? status,
    body: { code, message, docs_url: DOCS_URL, error: { code, message, details } },
  }
}

/** As the contract's sample of such an error has them. */
const retryDetails = ({ retryAfterMs, limit }: Refusal) => ({
  ...(retryAfterMs !== undefined && { retryAfter: Math.ceil(retryAfterMs / 1000) }),
  ...(limit !== undefined && { currentLimit: limit }),
})

/** Runs a verb and renames the field that it may complain of to where the caller wrote it. */
export async function inFieldsOf<T>(inputType: string, verb: () => Promise<T>): Promise<T> {
  try {
    return await verb()
  } catch (failure) {
    if (!(failure instanceof EmbedlineError) || failure.field === undefined) throw failure
    const field = FIELD[failure.field]
    throw failure.inField(
      field === undefined ? (TOP_FIELD[failure.field] ?? snakeCase(failure.field)) : `${inputType}.${field}`,
    )
  }
}

const SENTENCE: Readonly<Record<string, string>> = {
  parameter_not_provided: 'is required but was not provided.',
  parameter_unknown: 'is unknown.',
}

function naming(field: string, code: string, message: string): string {
  const sentence = `The \`${field}\` parameter ${SENTENCE[code] ?? 'is invalid.'}`
  return message === '' ? sentence : `${sentence} ${message}`
}
