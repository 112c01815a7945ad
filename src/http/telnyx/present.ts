import type { Place } from '../../domain/document.ts'
import type { Warning } from '../../domain/embedding.ts'
import type { ModelFacts } from '../../domain/model.ts'
import type { TaskState } from '../../domain/states.ts'
import type {
  Account,
  BucketFile,
  BucketTask,
  CrawlProgress,
  FailedPage,
  FileState,
  SearchResult,
} from '../../domain/task.ts'
import { standIn } from '../../tasks/create.ts'
import { modelWord } from '../modelWord.ts'
import { presentProgress } from '../progress.ts'
import { reasonOf } from './reasons.ts'

type Status = 'queued' | 'processing' | 'success' | 'failure' | 'partial_success'

// Every state has an answer here, or this file does not compile.
const STATUS = {
  queued: 'queued',
  processing: 'processing',
  ready: 'success',
  partial: 'partial_success',
  failed: 'failure',
  cancelled: 'failure',
} as const satisfies Record<TaskState, Status>

const FILE_STATUS = {
  queued: 'queued',
  processing: 'processing',
  done: 'success',
  failed: 'failure',
} as const satisfies Record<FileState, Status>

const STATUSES: ReadonlySet<string> = new Set(Object.values(STATUS))

export const isStatus = (word: string): word is Status => STATUSES.has(word)

/** The states that a caller sees as `status`. */
export const statesOf = (status: Status): TaskState[] =>
  (Object.keys(STATUS) as TaskState[]).filter((state) => STATUS[state] === status)

const time = (ms: number): string => new Date(ms).toISOString()

/** The keys that all answers with a task have, and after them those that the contract does not know. */
const presentTaskBase = (task: BucketTask) => ({
  task_id: task.id,
  task_name: `${task.crawl ? 'embed_url' : 'embed_bucket'}:${task.bucket}`,
  status: STATUS[task.state],
  created_at: time(task.createdMs),
})

function presentTaskExtras(task: BucketTask, facts: ModelFacts | undefined) {
  const { settings, failure } = task
  return {
    bucket: task.bucket,
    embedding_model: task.modelName,
    document_chunk_size: settings.chunks.sizeCharacters,
    document_chunk_overlap_size: settings.chunks.overlapCharacters,
    loader: settings.loader,
    files_total: task.fileCount + task.skippedCount,
    files_done: task.doneCount,
    files_failed: task.failedCount,
    files_skipped: task.skippedCount,
    files_removed: task.goneCount,
    progress: presentProgress(task.progress),
    ...(task.crawl && { url: task.crawl.startUrl, pages: presentPages(task.crawl) }),
    ...(failure && { error_reason: reasonOf(failure.code), error_message: failure.message }),
    model: {
      id: settings.model.id,
      revision: settings.model.revision,
      ...(facts && { precision: facts.precision, ...facts.spaces.text }),
    },
    ...presentWarnings([
      ...(facts ? standIn(task.modelName, facts) : []),
      ...(task.crawl ? boundReached(task.crawl) : []),
    ]),
  }
}

/** How many pages of a site there are of each kind. */
const presentPages = (crawl: CrawlProgress) => ({
  found: crawl.foundCount,
  fetched: crawl.fetchedCount,
  stored: crawl.storedCount,
  unchanged: crawl.unchangedCount,
  duplicate: crawl.duplicateCount,
  redirected: crawl.redirectedCount,
  skipped: crawl.skippedCount,
  missing: crawl.missingCount,
  failed: crawl.failedCount,
})

const BOUND = {
  pages: 'All pages that a crawl may ask for are',
  time: 'The time that a crawl may take is',
} as const

const boundReached = ({ endedBy }: CrawlProgress): Warning[] =>
  endedBy === undefined
    ? []
    : [
        {
          code: 'crawl_bounded',
          message: `${BOUND[endedBy]} used up; there are pages that were not asked for.`,
        },
      ]

/** Nothing where there is nothing to say. */
export const presentWarnings = (warnings: readonly Warning[]) => (warnings.length === 0 ? {} : { warnings })

const finishedAt = ({ finishedMs }: BucketTask) =>
  finishedMs === undefined ? {} : { finished_at: time(finishedMs) }

/** The answer to a create, the only one in which `finished_at` may be null. */
export const presentCreated = (task: BucketTask, account: Account, facts: ModelFacts | undefined) => ({
  ...presentTaskBase(task),
  finished_at: null,
  ...finishedAt(task),
  user_id: account.userId,
  ...presentTaskExtras(task, facts),
})

/** One task: without `user_id`, as the contract has it. */
export const presentTask = (
  task: BucketTask,
  facts: ModelFacts | undefined,
  failedPages: readonly FailedPage[] = [],
) => ({
  ...presentTaskBase(task),
  ...finishedAt(task),
  ...presentTaskExtras(task, facts),
  ...(failedPages.length > 0 && {
    failed_pages: failedPages.map(({ url, reason, message }) => ({
      url,
      error_reason: reason,
      error_message: message,
    })),
  }),
})

/** A row of the list. */
export const presentTaskRow = (task: BucketTask, account: Account, facts: ModelFacts | undefined) => ({
  user_id: account.userId,
  ...presentTask(task, facts),
})

/** A file of an embedded bucket. */
export const presentFile = (file: BucketFile) => ({
  filename: file.key,
  status: FILE_STATUS[file.state],
  created_at: time(file.createdMs),
  updated_at: time(file.updatedMs),
  ...(file.lastEmbeddedMs !== undefined && { last_embedded_at: time(file.lastEmbeddedMs) }),
  ...(file.failure && { error_reason: reasonOf(file.failure.code), error_message: file.failure.message }),
  size_bytes: file.sizeBytes,
  chunks: file.chunkCount,
  ...(file.checksum !== undefined && { checksum: file.checksum }),
})

/** A chunk that was found; `objectUrl` is where its file can be had from this server. */
export const presentResult = (result: SearchResult, objectUrl: string) => ({
  document_chunk: result.text,
  distance: result.distance,
  metadata: {
    source: result.sourceUrl ?? objectUrl,
    checksum: result.checksum,
    embedding: modelWord(result.model),
    filename: result.key,
    certainty: result.certainty,
    loader_metadata: presentPlace(result.place),
  },
})

// Every fact of a place has a name here, or this file does not compile.
const PLACE = {
  page: 'page',
  slide: 'slide',
  heading: 'heading',
  startSec: 'start_sec',
  endSec: 'end_sec',
  row: 'row',
  sheet: 'sheet',
  articleUrl: 'article_url',
} as const satisfies Record<keyof Place, string>

const presentPlace = (place: Place): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(PLACE).flatMap(([key, name]) => {
      const value = place[key as keyof Place]
      return value === undefined ? [] : [[name, value]]
    }),
  )
