import { STATUS_CODES } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { ErrorCode } from '../../domain/errors.ts'
import { asRefusal, type Refusal } from '../refusal.ts'

// Every code has an answer here, or this file does not compile.
const STATUS = {
  request_invalid: 400,
  parameter_missing: 400,
  parameter_unknown: 400,
  model_unknown: 400,
  not_found: 404,
  unauthorized: 401,
  forbidden: 403,
  too_large: 413,
  rate_limited: 429,
  quota_exceeded: 403,
  upload_refused: 403,
  media_unreadable: 400,
  media_has_no_stream: 400,
  media_too_long: 400,
  media_too_large: 400,
  asset_failed: 400,
  input_missing: 409,
  text_too_long: 400,
  unsupported_type: 400,
  document_unreadable: 400,
  document_encrypted: 400,
  document_too_large: 400,
  no_text: 400,
  no_transcript: 400,
  modality_unsupported: 400,
  model_missing: 503,
  model_damaged: 503,
  model_in_use: 409,
  fetch_refused: 400,
  fetch_not_found: 400,
  fetch_too_large: 400,
  state_conflict: 409,
  deadline_exceeded: 500,
  cancelled: 409,
  idempotency_mismatch: 422,
  idempotency_in_flight: 409,
  file_changed: 503,
  decoder_stalled: 500,
  decoder_crashed: 500,
  child_crashed: 500,
  child_hung: 500,
  child_out_of_memory: 500,
  compute_unavailable: 503,
  fetch_failed: 400,
  remote_refused: 502,
  remote_unavailable: 503,
  storage_unavailable: 503,
  disk_full: 507,
  lease_lost: 500,
  aborted: 503,
  interrupted: 500,
  internal: 500,
} as const satisfies Record<ErrorCode, number>

/** Fields that the verbs name by other words. */
const FIELD: ReadonlyMap<string, string> = new Map([['modelName', 'model']])

/** Answers with a problem (RFC 9457): `code` is the word of our closed list, `field` what of the request is wrong. */
export function sendProblem(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const problem = problemOf(refusal)
  return reply.code(problem.status).type('application/problem+json').send(problem)
}

/** The same as an object: one of many entries of a request may have a problem. */
export function problemOf(refusal: Refusal) {
  const status = refusal.status ?? STATUS[refusal.code]
  const { code, message: detail } = refusal
  const field = refusal.field === undefined ? undefined : (FIELD.get(refusal.field) ?? refusal.field)
  const title = STATUS_CODES[status] ?? 'Unknown'
  return { type: 'about:blank', title, status, detail, code, ...(field !== undefined && { field }) }
}

/** The same for anything that was thrown. */
export const sendFailure = (reply: FastifyReply, thrown: unknown): FastifyReply =>
  sendProblem(reply, asRefusal(thrown, reply.request.id))
