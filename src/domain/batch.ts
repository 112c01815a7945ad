/** A file that an account has put here for batches, or that a batch has made. */
export interface AccountFile {
  id: string
  accountId: string
  filename: string
  purpose: FilePurpose
  sizeBytes: number
  createdMs: number
  /** It is gone from then on. */
  expiresMs: number
}

export type FilePurpose = 'batch' | 'batch_output'

/** Why a batch ended before all was done. */
export type BatchStop = 'cancelled' | 'expired'

/** What may be wrong with the file of a batch, or with a line of it; then nothing of the batch is done. */
export type BatchProblemCode =
  | 'no_requests'
  | 'too_many_requests'
  | 'too_many_texts'
  | 'line_too_long'
  | 'line_unreadable'
  | 'field_missing'
  | 'field_invalid'
  | 'name_repeated'
  | 'wrong_target'
  | 'model_unknown'
  | 'model_differs'

export interface BatchProblem {
  code: BatchProblemCode
  message: string
  /** From 1; absent: the whole file is meant. */
  line?: number
  field?: string
}
