import type { ErrorCode } from '../../domain/errors.ts'

// Every code has a sentence here, or null where it is a request's and no file or task can have it, or this file does not
// compile.
const MEANING = {
  unsupported_type: 'what the file is, is not read as a document',
  document_unreadable: 'the file is damaged, or nested too deep, or the server may not read it',
  document_encrypted: 'the file needs a password',
  document_too_large: 'the file, or what is packed in it, is larger than files of its type may be',
  no_text: 'the file holds no text; the pages of a PDF may be pictures',
  no_transcript: 'sound or video without a subtitle track',
  media_unreadable: 'the sound or video is damaged',
  request_invalid: 'the key cannot be used: it has more than 1,024 bytes',
  file_changed: 'the file was changed each time it was read',
  not_found: 'the bucket is not there any more',
  aborted: 'the embedding of the bucket was deleted',
  cancelled: 'the task was cancelled',
  model_unknown: 'the model of the task is not here any more',
  model_missing: 'files of the model are not here',
  model_damaged: 'files of the model are damaged',
  modality_unsupported: 'the model does not embed text',
  remote_refused: 'the service that embeds refused the text',
  remote_unavailable: 'the service that embeds does not answer',
  fetch_refused: 'the address is not one that this server fetches, or that its site lets it fetch',
  fetch_not_found: 'there is nothing at the address that could be stored',
  fetch_too_large: 'what is at the address is too large',
  fetch_failed: 'the address could not be fetched',
  decoder_stalled: 'the program that reads subtitles took too long',
  decoder_crashed: 'the program that reads subtitles crashed',
  child_crashed: 'the work on the file crashed its process, several times',
  child_hung: 'the work on the file took too long, several times',
  child_out_of_memory: 'the work on the file took too much memory, several times',
  compute_unavailable: 'no process could be started for the work',
  storage_unavailable: 'the storage did not work',
  disk_full: 'the disk of the server was full',
  interrupted: 'the server died too often while it worked on the file',
  internal: 'a mistake of this server; its log says more',
  deadline_exceeded: null,
  parameter_missing: null,
  parameter_unknown: null,
  unauthorized: null,
  forbidden: null,
  model_in_use: null,
  upload_refused: null,
  too_large: null,
  rate_limited: null,
  quota_exceeded: null,
  media_has_no_stream: null,
  media_too_long: null,
  media_too_large: null,
  asset_failed: null,
  input_missing: null,
  text_too_long: null,
  state_conflict: null,
  idempotency_mismatch: null,
  idempotency_in_flight: null,
  lease_lost: null,
} as const satisfies Record<ErrorCode, string | null>

/** Every word that `error_reason` of a file or task may be, with what it says. */
export const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries(MEANING).flatMap(([word, meaning]) => (meaning === null ? [] : [[word, meaning]])),
)

/** The word for a failure. One that no file and no task can have is a mistake of this server. */
export const reasonOf = (code: ErrorCode): string => (REASONS.has(code) ? code : 'internal')
