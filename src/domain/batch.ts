import type { Warning } from './embedding.ts'
import type { TaskState } from './states.ts'
import type { Failure } from './task.ts'
import type { ModelPin } from './model.ts'

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

/** Many requests for vectors of texts, one a line of a file. It is a task, and has the task's id. */
export interface Batch {
  id: string
  accountId: string
  state: TaskState
  inputFileId: string
  /** What the caller keeps with it. */
  metadata?: Readonly<Record<string, string>>
  /** The name that the lines have in common, and what it means; known once they were looked at. */
  modelName?: string
  model?: ModelPin
  problems: readonly BatchProblem[]
  failure?: Failure
  warnings: readonly Warning[]
  requestCount: number
  doneCount: number
  failedCount: number
  textTokens: number
  /** What came of the requests that are done, and of the others; once the batch has ended, and if there are any. */
  outputFileId?: string
  errorFileId?: string
  stop?: BatchStop
  createdMs: number
  startedMs?: number
  finalizingMs?: number
  stoppingMs?: number
  finishedMs?: number
  deadlineMs: number
}
