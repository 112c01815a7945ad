import type { ErrorCode } from './errors.ts'
import type { Warning } from './embedding.ts'
import type { MediaFacts } from './media.ts'
import type { AssetState, TaskState } from './states.ts'
import type { MediaRequest, ModelPin } from './work.ts'

/** A failure as it is kept: the code decides, the message is for people. */
export interface Failure {
  code: ErrorCode
  message: string
}

export interface Task {
  id: string
  accountId: string
  state: TaskState
  /** The model name that the caller sent. */
  modelName: string
  model: ModelPin
  request: MediaRequest
  assetId?: string
  filename?: string
  /** Of the media, once known; seconds. */
  durationSec?: number
  warnings: readonly Warning[]
  failure?: Failure
  itemCount: number
  doneCount: number
  failedCount: number
  embeddingCount: number
  createdMs: number
  updatedMs: number
}

export interface Asset {
  id: string
  accountId: string
  state: AssetState
  method: 'direct' | 'url' | 'multipart'
  filename: string
  mimeType: string
  sizeBytes: number
  facts?: MediaFacts
  userMetadata?: Readonly<Record<string, string | number | boolean>>
  failure?: Failure
  createdMs: number
  updatedMs: number
}

/** One page of a list that is read by page numbers, and how many rows there are on all pages. */
export interface Page<Row> {
  rows: readonly Row[]
  total: number
}

/** Whoever a key belongs to. */
export interface Account {
  id: string
  name: string
  userId: string
}
