import type { BatchProblem, BatchStop } from './batch.ts'
import type { ErrorCode } from './errors.ts'
import type { Warning } from './embedding.ts'
import type { Quotas } from './quotas.ts'
import type { Scope } from './scopes.ts'
import type { MediaFacts } from './media.ts'
import type { TaskProgress } from './progress.ts'
import type { AssetState, TaskState } from './states.ts'
import type { ChunkSettings, Loader, Place } from './document.ts'
import type { ModelPin } from './model.ts'
import type { TaskRequest } from './taskRequest.ts'

/** A failure as it is kept: the code decides, the message is for people. */
export interface Failure {
  code: ErrorCode
  message: string
}

/** A task of media, of a bucket, or of many requests in a file. */
export type AnyTask = Task | BucketTask | Batch

/** Which model a task is embedded by; its words are empty while the lines of a batch were not looked at. */
export const modelOf = (task: AnyTask): ModelPin =>
  task.kind === 'bucket' ? task.settings.model : task.model

export interface Task {
  kind: 'media'
  id: string
  accountId: string
  state: TaskState
  /** The model name that the caller sent. */
  modelName: string
  model: ModelPin
  request: TaskRequest
  assetId?: string
  filename?: string
  /** Where the input came from, or will. */
  sourceUrl?: string
  /** Of the media, once known; seconds. */
  durationSec?: number
  /** Of a PDF, once known. */
  pageCount?: number
  warnings: readonly Warning[]
  failure?: Failure
  itemCount: number
  doneCount: number
  failedCount: number
  progress: TaskProgress
  embeddingCount: number
  /** Of text that was embedded for it, as limits on text count them. */
  textTokens: number
  /** The task from which the vectors were taken, of the same account; it may be gone. */
  reusedFrom?: string
  createdMs: number
  updatedMs: number
  finishedMs?: number
  /** When it goes with its vectors. */
  expiresMs: number
}

/** Many requests for vectors of texts, one a line of a file. */
export interface Batch {
  kind: 'batch'
  id: string
  accountId: string
  state: TaskState
  inputFileId: string
  /** Of its file. */
  filename: string
  /** What the caller keeps with it. */
  metadata?: Readonly<Record<string, string>>
  /** The name that the lines have in common, and what it means. Empty until they were looked at. */
  modelName: string
  model: ModelPin
  problems: readonly BatchProblem[]
  failure?: Failure
  warnings: readonly Warning[]
  /** Of requests. */
  requestCount: number
  doneCount: number
  failedCount: number
  /** Its items are stretches of lines. */
  progress: TaskProgress
  textTokens: number
  /** What came of the requests that are done, and of the others; once they are put together, and if there are any. */
  outputFileId?: string
  errorFileId?: string
  stop?: BatchStop
  createdMs: number
  updatedMs: number
  startedMs?: number
  finalizingMs?: number
  stoppingMs?: number
  finishedMs?: number
  deadlineMs: number
  expiresMs: number
}

/** What a caller keeps with an asset. */
export type UserMetadata = Readonly<Record<string, string | number | boolean>>

export interface Asset {
  id: string
  accountId: string
  state: AssetState
  method: 'direct' | 'url' | 'multipart'
  filename: string
  mimeType: string
  /** 0 until they are fetched. */
  sizeBytes: number
  facts?: MediaFacts
  userMetadata?: UserMetadata
  /** Answers name a picture of it. */
  wantsThumbnail: boolean
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
  /** How much it may use. */
  quotas?: Quotas
  /** The key that was used, and of its secret the SHA-256 in hex. */
  keyId?: string
  secretHash?: string
  /** What that key may do. */
  scopes?: readonly Scope[]
  /** The limit of that key, where it has one of its own. */
  requestsPerMinute?: number
}

/** Whoever uses something: what is used is counted for both. */
export interface Consumer {
  accountId: string
  keyId?: string | undefined
}

export const consumerOf = ({ id, keyId }: Pick<Account, 'id' | 'keyId'>): Consumer => ({
  accountId: id,
  keyId,
})

/** How the files of a bucket are embedded. Another value anywhere in it means that every file is embedded anew. */
export interface BucketSettings {
  model: ModelPin
  chunks: ChunkSettings
  loader: Loader
}

/** The embedding of all files of one bucket, or of what has changed in it since the last time. */
export interface BucketTask {
  kind: 'bucket'
  /** UUID version 7. */
  id: string
  accountId: string
  state: TaskState
  bucket: string
  /** The model name that the caller sent. */
  modelName: string
  settings: BucketSettings
  failure?: Failure
  /** Files that were found to be embedded; those that are done, failed; found unchanged; gone from the bucket. */
  fileCount: number
  doneCount: number
  failedCount: number
  skippedCount: number
  goneCount: number
  progress: TaskProgress
  createdMs: number
  updatedMs: number
  finishedMs?: number
  /** When it goes; what is embedded of its bucket stays. */
  expiresMs: number
  /** Present when the files come from a site that is crawled. */
  crawl?: CrawlProgress
}

/**
 * What became of a page: its content is an object of the bucket (new, or as it was); another page has the same content,
 * or is what it calls its real address; it led to another page; it is left out for a reason; it is not there; it failed.
 */
export type PageState =
  'queued' | 'stored' | 'unchanged' | 'duplicate' | 'redirected' | 'skipped' | 'missing' | 'failed'

/** How far a crawl is. */
export interface CrawlProgress {
  startUrl: string
  /** Pages of the site that are known. */
  foundCount: number
  /** Of those: asked for, without those that only led to another page. */
  fetchedCount: number
  storedCount: number
  unchangedCount: number
  duplicateCount: number
  redirectedCount: number
  skippedCount: number
  missingCount: number
  failedCount: number
  /** Which bound ended it before all pages were asked for. */
  endedBy?: 'pages' | 'time'
}

/** A page that could not be had. */
export interface FailedPage {
  url: string
  reason: string
  message: string
}

/** What an account has of a bucket: the chunks of its files, by one model. */
export interface EmbeddedBucket {
  bucket: string
  /** Of the newest task; files that it has not come to yet may still be embedded with others. */
  settings: BucketSettings
  /** The model name that the caller of that task sent. */
  modelName: string
  createdMs: number
  updatedMs: number
}

export type FileState = 'queued' | 'processing' | 'done' | 'failed'

/** What is known of one file of an embedded bucket, also after its task is gone. */
export interface BucketFile {
  key: string
  state: FileState
  sizeBytes: number
  /** MD5 of what is embedded, hex. */
  checksum?: string
  chunkCount: number
  failure?: Failure
  createdMs: number
  updatedMs: number
  lastEmbeddedMs?: number
}

/** A stretch of a file that is near to what was asked. */
export interface SearchResult {
  key: string
  /** Of a page that was crawled: its address. */
  sourceUrl?: string
  /** MD5 of the file that was embedded, hex. */
  checksum: string
  text: string
  place: Place
  /** 1 - cosine: 0 the same direction, 2 the opposite one. */
  distance: number
  /** 1 - distance / 2. */
  certainty: number
  model: ModelPin
}
