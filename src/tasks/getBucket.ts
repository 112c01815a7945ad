import type { BucketFile, BucketTask, EmbeddedBucket, FailedPage } from '../domain/task.ts'
import type { TaskState } from '../domain/states.ts'
import { listFiles } from '../store/bucketFiles.ts'
import { getBucketTask as readTask, listBucketTasks as readTasks } from '../store/bucketTasks.ts'
import { failedPages } from '../store/crawlPages.ts'
import { getEmbedding, listEmbeddings } from '../store/embeddedBuckets.ts'
import type { TaskParts } from './parts.ts'
import { rated } from './progress.ts'

type Parts = Pick<TaskParts, 'store' | 'clock'>

/** The contract has no pages for this list: older tasks than these are found by their id only. */
const LISTED_TASKS = 1_000

const FILES_A_PAGE = 500

/** The task of a bucket, if the account has one of that id. */
export async function getBucketTask(
  parts: Parts,
  accountId: string,
  id: string,
): Promise<BucketTask | undefined> {
  const task = await readTask(parts.store.read, accountId, id)
  return task && rated(parts, task)
}

/** The account's tasks of buckets in these states (absent: in any), newest first; no more than the newest 1,000. */
export async function listBucketTasks(
  parts: Parts,
  accountId: string,
  { states }: { states?: readonly TaskState[] } = {},
): Promise<readonly BucketTask[]> {
  const filter = { ...(states && { states }), limit: LISTED_TASKS }
  const tasks = await readTasks(parts.store.read, accountId, filter)
  return Promise.all(tasks.map((task) => rated(parts, task)))
}

/** The buckets of which the account has an embedding, by their names. */
export const listEmbeddedBuckets = (parts: Parts, accountId: string): Promise<readonly EmbeddedBucket[]> =>
  listEmbeddings(parts.store.read, accountId)

const FAILED_PAGES = 100

/** The pages of a crawl that could not be had, at most the first 100. */
export const listFailedPages = async (parts: Parts, task: BucketTask): Promise<readonly FailedPage[]> =>
  task.crawl && task.crawl.failedCount > 0 ? failedPages(parts.store.read, task.id, FAILED_PAGES) : []

/**
 * What is known of the files of an embedded bucket, in the order of their keys, in pages of up to 500 that are read
 * when they are asked for. Undefined when the account has no embedding of that bucket.
 */
export async function listBucketFiles(
  parts: Parts,
  accountId: string,
  bucket: string,
): Promise<AsyncIterable<readonly BucketFile[]> | undefined> {
  const embedding = await getEmbedding(parts.store.read, accountId, bucket)
  return embedding && pagesOf(parts, embedding.id)
}

async function* pagesOf({ store }: Parts, bucketId: number): AsyncGenerator<readonly BucketFile[]> {
  for (let after = ''; ;) {
    const page = await listFiles(store.read, bucketId, { after, limit: FILES_A_PAGE })
    const last = page.at(-1)
    if (!last) return
    yield page
    after = last.key
  }
}
