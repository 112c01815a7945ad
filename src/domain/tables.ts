import type { Generated, Kysely } from 'kysely'
import type { BatchStop, FilePurpose } from './batch.ts'
import type { ApiKey } from './apiKey.ts'
import type { ItemKind } from './itemKinds.ts'
import type { AssetState, ItemState, TaskState, UploadState } from './states.ts'
import type { FileState, PageState } from './task.ts'
import type { TaskEventKind } from './taskEvent.ts'

export type { ItemKind }

// The rows as they are stored. Times are integer milliseconds since 1970, JSON is text, flags are 0 or 1, vectors are
// little-endian float32 blobs: the same in SQLite and PostgreSQL. Only `store/` and `queue/` read and write them.

export interface Tables {
  account: AccountRow
  api_key: ApiKeyRow
  key_secret: KeySecretRow
  daily_usage: DailyUsageRow
  object: ObjectRow
  asset: AssetRow
  task: TaskRow
  item: ItemRow
  turn: TurnRow
  worker: WorkerRow
  embedding: EmbeddingRow
  modality_sum: ModalitySumRow
  vector_set: VectorSetRow
  task_vectors: TaskVectorsRow
  embedded_bucket: EmbeddedBucketRow
  bucket_file: BucketFileRow
  removed_file: RemovedFileRow
  chunk: ChunkRow
  idempotency: IdempotencyRow
  crawl: CrawlRow
  crawl_page: CrawlPageRow
  usage: UsageRow
  secret: SecretRow
  upload: UploadRow
  upload_part: UploadPartRow
  task_event: TaskEventRow
  account_file: AccountFileRow
  batch: BatchRow
  batch_stretch: BatchStretchRow
  task_trace: TaskTraceRow
  pause: PauseRow
  vector_index: VectorIndexRow
}

/** A connection or a transaction: every statement takes one as its first argument. */
export type Db = Kysely<Tables>

export interface AccountRow {
  id: string
  /** As the operator names it in `--keys`; unique. */
  name: string
  /** A UUID made once, for contracts that report one. */
  user_id: string
  created_ms: number
  /** Quotas. */
  quotas_json: Generated<string>
  /** Of its rows in `object`, all together. */
  stored_bytes: Generated<number>
}

export interface ApiKeyRow {
  id: string
  account_id: string
  source: ApiKey['source']
  name: string
  /** How the secret begins, or nothing. */
  hint: string
  /** Scope[]. */
  scopes_json: string
  requests_per_minute: number | null
  /** The id of the key that made it, which may be gone. */
  created_by: string | null
  created_ms: number
  expires_ms: number | null
  revoked_ms: number | null
  /** To the minute. */
  last_used_ms: number | null
}

/** What a caller proves to have. A key has several for a while after its secret was replaced. */
export interface KeySecretRow {
  /** SHA-256, hex. The secret itself is never stored. */
  hash: string
  key_id: string
  created_ms: number
  /** Set when it was replaced: not taken from then on. */
  expires_ms: number | null
}

/** What was used in a day (UTC), written in the transaction that does the work. */
export interface DailyUsageRow {
  account_id: string
  day_ms: number
  /** '' where no key is known. */
  key_id: string
  tasks: number
  items: number
  media_ms: number
  planned_ms: number
  tokens: number
  bytes: number
}

/** Stored bytes: once per account and content. Row and file go when nothing refers to them. */
export interface ObjectRow {
  account_id: string
  /** SHA-256 of the content, hex. */
  hash: string
  size_bytes: number
  reference_count: number
  created_ms: number
}

export interface AssetRow {
  id: string
  account_id: string
  state: AssetState
  method: 'direct' | 'url' | 'multipart'
  filename: string
  /** From the content once it was looked at, until then from the name. */
  mime_type: string
  /** 0 until they are fetched. */
  size_bytes: number
  /** Absent until they are fetched. */
  object_hash: string | null
  /** MediaFacts, once looked at. */
  facts_json: string | null
  user_metadata_json: string | null
  error_code: string | null
  error_message: string | null
  created_ms: number
  updated_ms: number
  /** 1: answers name a picture of it. */
  wants_thumbnail: number
}

/** Random bytes that this server made for itself once, by what they are for. */
export interface SecretRow {
  name: string
  value: Uint8Array
}

/** A file that comes in parts, and then becomes the asset whose id is reserved for it. */
export interface UploadRow {
  id: string
  account_id: string
  asset_id: string
  state: UploadState
  filename: string
  user_metadata_json: string | null
  wants_thumbnail: number
  total_bytes: number
  /** Of every part but the last one, which may be smaller. */
  part_bytes: number
  created_ms: number
  updated_ms: number
  /** No part is taken from then on. */
  expires_ms: number
}

/** A part whose bytes are all stored, or one that comes in: its MD5 is empty. */
export interface UploadPartRow {
  upload_id: string
  /** From 1. */
  number: number
  size_bytes: number
  /** Hex. */
  md5: string
  written_ms: number
  /** When the caller said that it knows; the part is final from then on. */
  reported_ms: number | null
  /** Of the newest request that brings it: what comes with another one does not count. */
  turn: Generated<number>
}

export interface TaskRow {
  id: string
  account_id: string
  kind: 'media' | 'bucket' | 'batch'
  state: TaskState
  /** The model name that the caller sent, for answers that repeat it. */
  model_name: string
  /** Both are empty until the lines of a batch were looked at. */
  model_id: string
  model_revision: string
  /** TaskRequest or BucketSettings; `{}` for a batch. */
  request_json: string
  /** Set when the input is an asset. */
  asset_id: string | null
  /** The stored input; absent for a bucket, and until it is fetched. */
  object_hash: string | null
  /** Set on tasks of a bucket. */
  bucket: string | null
  /** 1 while the task refers to the stored input itself, so that deleting the asset does not end the task. */
  holds_object: number
  filename: string | null
  /** Where the input is fetched from, when that is a URL of the task's own. */
  source_url: string | null
  /** Slice or document items that are not final; at 0, with the plan done, the finish item is added. */
  open_count: number
  /** Slice or document items in all. */
  item_count: number
  done_count: number
  failed_count: number
  /** Of a bucket: files found unchanged, and files that are no longer there. */
  skipped_count: number
  gone_count: number
  /** Of a task of video or sound: how long the stretches are that are embedded in all; absent until it is planned. */
  media_total_ms: number | null
  media_done_ms: number
  media_failed_ms: number
  /** 1 when the plan item has written all other items. */
  is_planned: number
  /** MediaPlan, once the plan item has looked at the media. */
  plan_json: string | null
  embedding_count: number
  /** Of text that was embedded, as limits on text count them. */
  text_tokens: number
  /** Warning[]. */
  warnings_json: string
  error_code: string | null
  error_message: string | null
  created_ms: number
  updated_ms: number
  finished_ms: number | null
  expires_ms: number
  /** 1: vectors that follow from the same may be taken from another task. */
  may_reuse: number
  /** Of a task of media, once planned: what its vectors follow from. Equal ones have equal vectors. */
  reuse_key: string | null
  /** The task from which the vectors were taken; it may be gone. */
  reused_from: string | null
  /** The key that it was created with, for which what it uses is counted. */
  key_id: string | null
  /** Set when it was deleted: nobody sees it any more, its rows go in small transactions. */
  removed_ms: number | null
}

/** Tasks that are not to go on for a while: those of an account, of a kind, of a model. What is null stands for all. */
export interface PauseRow {
  /** Never given twice. */
  id: Generated<number>
  account_id: string | null
  kind: TaskRow['kind'] | null
  model_id: string | null
  created_ms: number
  /** Absent while it lasts. */
  ended_ms: number | null
}

/** Something that happened to a task. */
export interface TaskEventRow {
  /** In the order in which they were committed; never given twice. */
  id: Generated<number>
  account_id: string
  task_id: string
  kind: TaskEventKind
  /** TaskEventDetails of its kind. */
  details_json: string
  created_ms: number
}

/** Of a task that was created while traces were on. */
export interface TaskTraceRow {
  task_id: string
  /** TaskTrace. */
  trace_json: string
}

/** What a key has asked for in a stretch of time: requests, or minutes of media. */
export interface UsageRow {
  key_id: string
  rate: string
  start_ms: number
  used: number
}

/** The row of the queue: a piece of work that one worker at a time may hold. The queue knows no more of it than this. */
export interface ItemRow {
  id: Generated<number>
  account_id: string
  kind: ItemKind
  /** Absent for `inspect` and `assemble`, and for a `fetch` of an asset. */
  task_id: string | null
  /** Set on `inspect` and `assemble`, on a `fetch` of an asset, and on a `plan` that waits for its asset. */
  asset_id: string | null
  /** Unique with the task: writing the same item twice does nothing. */
  key: string
  state: ItemState
  /** 0 control, 1 normal, 2 bulk, 3 what waits for other servers. */
  lane: number
  /** Fairness between accounts: claims go by (lane, turn, id). */
  turn: number
  /** The fence: raised by each claim; every write of a result is guarded by it. */
  attempt: number
  /** Attempts in which the item itself went wrong. */
  failures: number
  /** Attempts that ended because a process, machine or network died. */
  interruptions: number
  /** 1: must run with nothing beside it. */
  is_alone: number
  due_ms: number
  /** The pause that holds it back, so that nobody claims it; 0: none does. */
  pause_id: Generated<number>
  lease_until_ms: number | null
  worker: string | null
  /** The model that it needs, `id@revision`; empty: none. */
  model: Generated<string>
  /** The file that it reads, when that is large. */
  input_hash: Generated<string | null>
  input_bytes: Generated<number | null>
  /** What to do, opaque to the queue. */
  payload_json: string
  /** How far it got, opaque to the queue: an item that settles in parts goes on from here. */
  progress_json: string | null
  error_code: string | null
  error_message: string | null
  created_ms: number
  started_ms: number | null
  finished_ms: number | null
}

/** A process that claims items, while it runs. */
export interface WorkerRow {
  name: string
  /** ItemKind[]: what it works on. */
  kinds_json: string
  /** Models that it can use, `id@revision`. */
  models_json: string
  seen_ms: number
}

/** Per account and lane the last turn that was given out; the row with account '' holds the lane's current turn. */
export interface TurnRow {
  account_id: string
  lane: number
  turn: number
}

export interface EmbeddingRow {
  task_id: string
  /** Index in SCOPES: with position and modality the order in which results are read. */
  scope_order: number
  /** Of clips and assets when they begin, milliseconds; of pages see `store/position.ts`; of chunks their number. */
  position: number
  /** Index in MODALITIES. */
  modality_order: number
  end_ms: number
  space: string
  vector: Uint8Array
  uncertainty: Uint8Array | null
}

/** Of one slice and modality: the sum of its clips' vectors, each times its duration in seconds. Becomes the asset vector. */
export interface ModalitySumRow {
  task_id: string
  slice_index: number
  modality_order: number
  space: string
  /** Seconds that went into the sum. */
  weight_sec: number
  end_ms: number
  /** Little-endian float64. */
  sum: Uint8Array
}

/** The vectors of an account's tasks that may be compared with each other. */
export interface VectorSetRow {
  id: Generated<number>
  account_id: string
  model_id: string
  model_revision: string
  space: string
  dimension: number
  vector_count: number
  /** Raised by every change that a search can see. */
  version: number
  /** The version in which vectors were removed last; 0: none ever were. */
  removed_version: number
}

/** What a task has in a set. A task without such a row is not found by a search. */
export interface TaskVectorsRow {
  task_id: string
  set_id: number
  vector_count: number
  /** Of the set, when the task's vectors changed last. */
  version: number
}

/** What an account has of a bucket: its embedding. Two accounts may embed one bucket; neither sees the other's rows. */
export interface EmbeddedBucketRow {
  id: Generated<number>
  account_id: string
  bucket: string
  /** BucketSettings. */
  settings_json: string
  model_name: string
  /** Raised by every change that a search can see. */
  version: number
  /** Set when it was deleted: nobody sees it any more, its rows go in small transactions. */
  removed_ms: number | null
  created_ms: number
  updated_ms: number
}

export interface BucketFileRow {
  id: Generated<number>
  bucket_id: number
  key: string
  /** `gone`: no longer in the bucket, nobody sees it any more. */
  state: Exclude<FileState, 'processing'> | 'gone'
  size_bytes: number
  /** Of what is embedded: changes when the content may have changed. Empty before the first time. */
  change_token: string
  /** BucketSettings with which it was embedded. */
  settings_json: string | null
  checksum: string | null
  /** Which chunks are searched: those of this generation. A new one is written beside it and becomes it at once. */
  generation: number
  chunk_count: number
  /** The bucket's version when its searched chunks changed last. */
  version: number
  /** The task that listed it last, the only one that may write of it: what the newest one did not see is gone. */
  seen_task_id: string
  error_code: string | null
  error_message: string | null
  created_ms: number
  updated_ms: number
  last_embedded_ms: number | null
  /** The address of the page that a crawl stored here. */
  source_url: string | null
}

/** A file that is gone, for those who hold its chunks in memory. */
export interface RemovedFileRow {
  bucket_id: number
  file_id: number
  version: number
}

export interface ChunkRow {
  file_id: number
  generation: number
  ordinal: number
  text: string
  /** Place. */
  place_json: string
  vector: Uint8Array
  /** Stems and how often each stands in the text. */
  terms_json: string
}

/** A create that must not be repeated: the key that the caller gave it, and what was answered. */
export interface IdempotencyRow {
  account_id: string
  method: string
  path: string
  key: string
  /** SHA-256 of the raw body, hex. */
  body_hash: string
  status: number
  body: string
  created_ms: number
}

/** What a task of a bucket has beside its own row when it is the crawl of a site. */
export interface CrawlRow {
  task_id: string
  start_url: string
  /** `scheme://host:port` where the start page answered; until then that of `start_url`. */
  site: string | null
  /** Per site its RobotsRules. */
  robots_json: string
  /** How long it has run. */
  spent_ms: number
  /** Which bound ended it, if one did. */
  ended_by: 'pages' | 'time' | null
  pages_found: number
  /** Of those found: asked for, without those that only led to another page. */
  pages_fetched: number
  pages_stored: number
  pages_unchanged: number
  pages_duplicate: number
  pages_redirected: number
  pages_skipped: number
  pages_missing: number
  pages_failed: number
}

/** A page that a crawl knows of. */
export interface CrawlPageRow {
  id: Generated<number>
  task_id: string
  url: string
  /** 1: the crawl began here, or was led from there to here. */
  is_start: number
  /** Links from the start page. */
  depth: number
  /** Redirects that led here, one after the other. */
  hops: number
  /** Times that it was asked for in vain, and may go right another time. */
  tries: number
  state: PageState
  /** Why it is in this state, in one word and in a sentence. */
  reason: string | null
  message: string | null
  /** What it has in common with pages of which there may be endlessly many. */
  shape: string | null
  /** Of a page that is stored: SHA-256 of what a reader sees of it. */
  content_hash: string | null
  /** Of a page that was left out for it: where it says that it really is. */
  canonical: string | null
  /** 1: what it says of where it really is turned out to be of no use. */
  ignores_canonical: number
}

/** A file of an account: of requests for a batch, or of what came of them. */
export interface AccountFileRow {
  id: string
  account_id: string
  filename: string
  purpose: FilePurpose
  object_hash: string
  size_bytes: number
  created_ms: number
  expires_ms: number
}

/** What a task has beside its own row when it is a batch. */
export interface BatchRow {
  task_id: string
  input_file_id: string
  /** The stored input, to which the batch refers itself: the file may be deleted. Null once it has ended. */
  input_hash: string | null
  metadata_json: string | null
  /** How long its files are kept. */
  files_kept_ms: number
  /** Of its lines. */
  requests_total: number
  requests_done: number
  requests_failed: number
  /** BatchProblem[]. */
  problems_json: string
  stop: BatchStop | null
  started_ms: number | null
  finalizing_ms: number | null
  stopping_ms: number | null
  deadline_ms: number
  output_file_id: string | null
  error_file_id: string | null
}

/** Neighbouring lines of the file of a batch: what one item does. */
export interface BatchStretchRow {
  task_id: string
  ordinal: number
  /** From 1. */
  first_line: number
  request_count: number
  start_byte: number
  end_byte: number
  /** SHA-256 of those bytes, hex; null in rows from before it was kept. */
  input_hash: string | null
  /** What came of it: first the lines of requests that are done, then those of the others. Null until then. */
  object_hash: string | null
  done_bytes: number
  failed_bytes: number
}

/** An index of neighbours of the chunks of a bucket that one model embedded: what its table has taken in. */
export interface VectorIndexRow {
  bucket_id: number
  model_id: string
  model_revision: string
  dimension: number
  /** `filling`: it is not searched yet. */
  state: 'filling' | 'ready'
  /** Of the bucket: all of it up to here is in it, and nothing that came later. */
  version: number
  /** How many chunks are in it. */
  chunk_count: number
  created_ms: number
  updated_ms: number
}
