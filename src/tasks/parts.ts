import type { Readable } from 'node:stream'
import type { Fetcher } from '../fetch/fetcher.ts'
import type { Objects } from '../objects/objects.ts'
import type { EmbedlineError } from '../domain/errors.ts'
import type { Reach } from '../domain/failurePoints.ts'
import type {
  ChunkReadingOptions,
  EncodedChunk,
  Modality,
  ReadingOptions,
  Scope,
  StoredEmbedding,
} from '../domain/embedding.ts'
import type { MetadataFilter } from '../domain/metadataFilter.ts'
import type { Ids } from '../domain/ids.ts'
import type { DailyUse } from '../domain/quotas.ts'
import type { RateState } from '../domain/rates.ts'
import type { Account, Consumer } from '../domain/task.ts'
import type { Limits } from '../domain/limits.ts'
import type { Meters } from '../domain/metrics.ts'
import type { ModelFacts, ModelPin } from '../domain/model.ts'
import type { Db } from '../domain/tables.ts'
import type { Compute } from '../domain/compute.ts'
import type { DocumentSummary, EmbeddedChunk } from '../domain/documentWork.ts'
import type { RemoteTexts } from '../domain/remoteTexts.ts'
import type { Tracer } from '../domain/tracing.ts'
import type { Pace } from '../crawl/pace.ts'
import type { ByteCache } from '../lib/byteCache.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Takeover } from '../lib/takeover.ts'
import type { ModelFiles } from '../modelFiles/pulls.ts'
import type { Hold } from '../queue/item.ts'
import type { Exclusion } from '../store/exclusion.ts'
import type { FileWork } from '../store/bucketFiles.ts'
import type { LineFormat } from '../domain/lineFormat.ts'
import type { DiskGuard } from './disk/watchDisk.ts'
import type { WatchHub } from './watch/hub.ts'

/** All that the verbs of this room need; `main.ts` puts it together, a test may put in fewer real parts. */
export interface TaskParts {
  store: Store
  results: Results
  objects: Objects
  /** Serialises what happens to the same part of an upload: the newest request goes on. */
  partTurns: Takeover
  /** Pictures and outlines of assets that were asked for. */
  previews: ByteCache
  /** Signs what callers bring back without a key. */
  signingKey: Uint8Array
  /** The only way to URLs that callers name. */
  fetcher: Fetcher
  crawling: Crawling
  compute: Compute
  /** Refuses new work before the disk is full. */
  disk: DiskGuard
  /** Embeds texts for models that another server computes. Absent: there is none. */
  remote?: RemoteTexts
  models: Models
  modelFiles: ModelFiles
  buckets: Buckets
  /** Ends documents, those of one moment together. */
  endDocument: EndDocument
  search: Search
  /** Which buckets get an index of neighbours. Absent where the database has none. */
  vectorIndexes?: VectorIndexes
  /** Tells those who watch what happens to tasks. */
  watchHub: WatchHub
  /** Counts what keys ask for. Absent: nothing is limited. */
  usage?: Usage
  /** Counts what is used by requests that are answered at once. */
  tally: Tally
  clock: Clock
  reach: Reach
  ids: Ids
  limits: Limits
  logger: Logger
  /** Tasks may take vectors from others of their account, unless they say otherwise. */
  mayReuse: boolean
  meters: Meters
  /** Tells what took how long. Absent: traces are off. */
  tracer?: Tracer
  /** How long tasks and their vectors are kept after creation. */
  retentionMs: number
  /** No caller may have a task kept for longer. */
  mostRetentionMs: number
  /** How long assets are kept. Absent: until they are deleted. */
  assetRetentionMs?: number
  /** A number from 0 up to 1, for the jitter of backoffs. */
  random: () => number
  /** Tells the dispatcher that there may be something to claim. */
  wake: () => void
  /** How the lines of batches are written. */
  lineFormat: LineFormat
  /** Tells the dispatcher that items were taken from their holders: it stops the work on those that it holds. */
  recall: (items: readonly Hold[]) => void
}

export interface Store extends Exclusion {
  /** Sees what is committed. */
  read: Db
  /** Runs `change` in a transaction and returns when it is committed durably. */
  write<T>(change: (db: Db) => Promise<T>): Promise<T>
  /** The same for a change that is one statement, and may be made twice. */
  execute<T>(change: (db: Db) => Promise<T>): Promise<T>
  /** The same for what may be forgotten when the database crashes: it does not wait for the disk. */
  writeSoon<T>(change: (db: Db) => Promise<T>): Promise<T>
}

export interface Results {
  /** The vectors of a task in reading order, in pages of about a megabyte, read and written as JSON off the main thread. */
  embeddings(taskId: string, options?: ReadingOptions): AsyncIterable<readonly StoredEmbedding[]>
  /** The same of the chunks of an embedded bucket that are searched now, in the order of their files' keys. */
  chunks(bucketId: number, options?: ChunkReadingOptions): AsyncIterable<readonly EncodedChunk[]>
}

/** What keys have asked for, against what they may. */
export interface Usage {
  /** Counts a request. Throws `rate_limited`, and does not count it, when there are none left. */
  countRequest(by: Payer): Promise<void>
  /** Throws `rate_limited` when the minutes of media are spent. */
  checkMedia(by: Payer): Promise<void>
  /** When there will be minutes of media again; undefined while there are some. */
  mediaAgainMs(by: Payer): Promise<number | undefined>
  /** Counts media that are embedded, by how long they last. */
  countMedia(by: Payer, durationSec: number): Promise<void>
  /** How far a key is with each of its limits. */
  states(by: Payer): Promise<RateState[]>
}

export interface Tally {
  /** Returns before it is written down. */
  count(by: Consumer, used: Partial<DailyUse>): void
  /** What of an account is not written down yet. */
  unwritten(accountId: string): DailyUse
}

/** Nothing is counted for who has used no key. */
export type Payer = Pick<Account, 'keyId' | 'requestsPerMinute'>

export interface Models {
  /** Of all models that this server can have. */
  all: readonly ModelFacts[]
  /** What is used where nobody says which. */
  default: ModelFacts
  /** Which model a name means: a contract's alias or an own id. Undefined: no such model. */
  resolve(name: string): ModelFacts | undefined
  /** Names that the operator made, beside those that contracts give their models. */
  aliases: readonly string[]
  /** True for own ids and for names that the operator made; false for those that contracts give their models. */
  isOwnName(name: string): boolean
  /** Why a model cannot be used now: its files are not here, say. */
  problem(pin: ModelPin): EmbedlineError | undefined
  /** The facts of a pinned model. Throws `model_unknown` when it is not here any more. */
  facts(pin: ModelPin): ModelFacts
  /** How many tokens a text has, as the limit on text counts them; counting ends soon after `enough`. */
  countTokens(text: string, enough?: number): number
  /** How often each stem stands in a text, as the stems of chunks are counted. */
  terms(text: string): Readonly<Record<string, number>>
}

/** How sites are crawled. */
export interface Crawling {
  /** Of all crawls together. */
  pace: Pace
  /** Between two requests to a site, if the site itself does not ask for more. */
  delayMs: number
  /** Of one crawl. */
  mostPages: number
  mostMs: number
}

/** The operator's storage, as an account sees it. Written for what the verbs need; `src/buckets` fits. */
export interface Buckets {
  list(account: string): Promise<readonly string[]>
  /** False also for a name that no bucket can have. */
  exists(account: string, bucket: string): Promise<boolean>
  /** Makes an empty one; false when it is there. */
  make(account: string, bucket: string): Promise<boolean>
  /** In the order of the keys' UTF-8 bytes, those after `after`. */
  objects(account: string, bucket: string, options: { after?: string }): AsyncIterable<BucketObject>
  /** Of one object now; undefined when it is not there. */
  stat(account: string, bucket: string, key: string): Promise<BucketObject | undefined>
  /** Has the object in a file that a compute child can read while `use` runs; false when it is not there. */
  useFile(
    account: string,
    bucket: string,
    key: string,
    signal: AbortSignal | undefined,
    use: (object: BucketObject & { path: string }) => Promise<void>,
  ): Promise<boolean>
  /**
   * All bytes, or those of a range, are those of the change token, or the stream fails with `file_changed`. Throws
   * `not_found`.
   */
  open(
    account: string,
    bucket: string,
    key: string,
    range?: ByteRange,
  ): Promise<BucketObject & { stream: Readable }>
  /** Writes an object as a whole, and makes the bucket when there is none. */
  put(account: string, bucket: string, key: string, bytes: AsyncIterable<Uint8Array>): Promise<BucketObject>
  /** False when it is not there. */
  remove(account: string, bucket: string, key: string): Promise<boolean>
}

/** Some bytes of an object, by the offsets of the first and the last one. */
export interface ByteRange {
  first: number
  last: number
}

export interface BucketObject {
  key: string
  sizeBytes: number
  /** Milliseconds since 1970. */
  modifiedMs: number
  /** Changes when the content may have changed. */
  changeToken: string
}

export interface SearchOrder {
  /** `embedded_bucket.id`. */
  bucketId: number
  /** The model that made `vector`: chunks that another one embedded are not found. */
  model: ModelPin
  /** What the database says now: rows changed since are loaded first. */
  version: number
  vector: Float32Array
  /** Stems of the query with their counts: present when words count too. */
  terms?: Readonly<Record<string, number>>
  /** Of the vectors against the words in the fused rank. */
  vectorWeight: number
  limit: number
  /** A pattern for keys: `*`, `**`, `?`. */
  keyPattern?: string
  minCertainty?: number
}

export interface SearchHit {
  fileId: number
  ordinal: number
  /** Of the vectors, -1..1. */
  cosine: number
}

/** `hnsw`: of a large bucket by an index of neighbours, which may miss some. */
export type SearchMethod = 'exact' | 'hnsw'

export interface FoundChunks {
  /** Best first. */
  hits: readonly SearchHit[]
  method: SearchMethod
}

export interface VectorIndexes {
  /** From so many chunks on a bucket gets one. Absent: none does. */
  leastChunks?: number
  /** Why none can be made, as far as is known: a sentence. */
  obstacle?: string
  /** Runs what may take minutes in a transaction that nothing of this server waits for; it is undone on `signal`. */
  write<T>(change: (db: Db) => Promise<T>, signal: AbortSignal): Promise<T>
}

export interface Search {
  /** Loads what it does not hold yet, off the main thread. */
  find(order: SearchOrder): Promise<FoundChunks>
  /** The same of tasks' vectors, grouped by asset; a task without an asset is a group by itself. */
  findTasks(order: TaskSearchOrder): Promise<GroupedHits<TaskHit>>
  /** The same of a bucket's chunks, grouped by file. */
  findFiles(order: BucketSearchOrder): Promise<GroupedHits<SearchHit>>
  /** How many chunks are searched of an embedded bucket, by the model that embedded them. */
  chunkCounts(order: {
    bucketId: number
    version: number
  }): Promise<readonly { model: ModelPin; count: number }[]>
}

/** Groups, best first, and in each its moments, best first. */
export interface GroupedHits<Hit> {
  method: SearchMethod
  groups: readonly (readonly Hit[])[]
  /** Vectors that were compared, filters aside. */
  vectorCount: number
  /** Present when it was asked for and all were compared: those that the filters left. */
  matchingCount?: number
  /** What multiplied the roundings of the vectors; absent when there were none. */
  kernel?: 'wasm' | 'plain'
  /** Vectors that were then multiplied as they are. */
  exactCount: number
  loadMs: number
  searchMs: number
}

export interface GroupOrder {
  version: number
  /** Unit length. */
  vector: Float32Array
  groups: number
  moments: number
  minCosine?: number
  counts?: boolean
}

export interface TaskSearchOrder extends GroupOrder {
  /** `vector_set.id`. */
  setId: number
  taskIds?: readonly string[]
  notTaskIds?: readonly string[]
  modalities?: readonly Modality[]
  scopes?: readonly Scope[]
  startMs?: number
  endMs?: number
  metadata?: { accountId: string; filter: MetadataFilter }
}

export interface BucketSearchOrder extends GroupOrder {
  bucketId: number
  model: ModelPin
  keyPattern?: string
}

export interface TaskHit {
  taskId: string
  scope: Scope
  modality: Modality
  /** As `store/position.ts` reads it. */
  position: number
  endMs: number
  cosine: number
}

/** A document that is embedded, all but the last of its chunks written. */
export interface DocumentEnd {
  item: Hold
  file: FileWork
  lastChunks: readonly EmbeddedChunk[]
  summary: DocumentSummary
  /** Of the file, from before it was read. */
  changeToken: string
}

/**
 * Settles the item of a document, and makes its new chunks those that are searched. Throws `lease_lost`, and nothing is
 * written, when another worker has the item.
 */
export type EndDocument = (end: DocumentEnd) => Promise<void>
