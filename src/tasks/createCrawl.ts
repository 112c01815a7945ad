import { pageUrl } from '../crawl/pageUrl.ts'
import type { ChunkSettings } from '../domain/document.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { Db } from '../domain/tables.ts'
import type { Account, BucketSettings, BucketTask } from '../domain/task.ts'
import { enqueue, type NewItem } from '../queue/enqueue.ts'
import { insertBucketTask, newestActiveTask } from '../store/bucketTasks.ts'
import { insertCrawl } from '../store/crawls.ts'
import { getEmbedding, insertEmbedding } from '../store/embeddedBuckets.ts'
import { lockBucket } from './bucketTurn.ts'
import { rememberAnswer, type Idempotency } from './idempotency.ts'
import type { TaskParts } from './parts.ts'
import { refuseSpent, takeTask } from './quotas.ts'
import { expiryOf } from './retention.ts'

export interface CrawlOrder {
  bucket: string
  /** Where the crawl begins. */
  url: string
  /** Of a bucket that is not embedded yet; another one keeps its own. */
  modelName: string
  chunks: ChunkSettings
  /** How long the task is kept; absent: as long as the operator has set. */
  retentionMs?: number
  idempotency?: Idempotency<BucketTask>
}

/**
 * Takes the crawl of a site into a bucket: when this returns, the task is committed. While the newest task of the account
 * and bucket is the same crawl and has not ended, it is returned instead of another one. Throws `fetch_refused` and
 * `fetch_failed` for an address that is never going to be asked, `not_found` for a bucket that is not there,
 * `model_unknown`, `rate_limited` when a quota of the account is spent, `disk_full` while no new work is taken, and what
 * `rememberAnswer` throws.
 */
export async function createCrawl(
  parts: TaskParts,
  account: Account,
  order: CrawlOrder,
): Promise<BucketTask> {
  if (!(await parts.buckets.exists(account.name, order.bucket)))
    throw new EmbedlineError('not_found', `There is no bucket ${order.bucket}.`, { field: 'bucket' })
  const startUrl = await checkedUrl(parts, order.url)
  await parts.disk.admit()
  await refuseSpent(parts, account, ['tokensPerDay'])
  const task = await parts.store.write(async (db) => {
    await lockBucket(db, { accountId: account.id, bucket: order.bucket })
    const active = await newestActiveTask(db, account.id, order.bucket)
    const isSame = active?.crawl?.startUrl === startUrl
    const found = active && isSame ? active : await insert(parts, db, account, { ...order, startUrl, active })
    await rememberAnswer(db, account.id, order.idempotency, found, parts.clock.nowMs())
    return found
  })
  parts.wake()
  return task
}

async function checkedUrl({ fetcher }: TaskParts, url: string): Promise<string> {
  try {
    await fetcher.check(url)
  } catch (failure) {
    throw failure instanceof EmbedlineError ? failure.inField('url') : failure
  }
  const startUrl = pageUrl(url)
  if (startUrl !== undefined) return startUrl
  throw new EmbedlineError('fetch_refused', 'It is not the URL of a page.', {
    field: 'url',
    reason: 'bad_url',
  })
}

interface NewCrawl extends CrawlOrder {
  startUrl: string
  /** Runs before this one. */
  active: BucketTask | undefined
}

async function insert(parts: TaskParts, db: Db, account: Account, order: NewCrawl): Promise<BucketTask> {
  const nowMs = parts.clock.nowMs()
  const { bucket, startUrl } = order
  const known = order.active ?? (await getEmbedding(db, account.id, bucket))
  const { settings, modelName } = known ? settingsBeside(parts, known) : newSettings(parts, order)
  if (!(await getEmbedding(db, account.id, bucket)))
    await insertEmbedding(db, { accountId: account.id, bucket, settings, modelName, nowMs })
  await takeTask(db, account, nowMs)
  const task = await insertBucketTask(db, {
    id: parts.ids.uuidV7(),
    accountId: account.id,
    bucket,
    modelName,
    settings,
    keyId: account.keyId,
    nowMs,
    expiresMs: expiryOf(parts, order.retentionMs),
  })
  const crawl = await insertCrawl(db, task.id, startUrl)
  await enqueue(db, nowMs, [crawlItem({ accountId: account.id, taskId: task.id }, nowMs)])
  return { ...task, crawl }
}

/** The item that asks for the pages of a site. */
export const crawlItem = (owner: { accountId: string; taskId: string }, dueMs: number): NewItem => ({
  ...owner,
  kind: 'crawl',
  key: 'crawl',
  lane: 0,
  dueMs,
  payload: {},
})

interface Settings {
  settings: BucketSettings
  modelName: string
}

/** Those of the bucket, so that its vectors stay of one model; pages are no articles of a help desk. */
function settingsBeside({ models }: TaskParts, { settings, modelName }: Settings): Settings {
  models.facts(settings.model)
  return { settings: { ...settings, loader: 'default' }, modelName }
}

function newSettings({ models }: TaskParts, { modelName, chunks }: CrawlOrder): Settings {
  const model = models.resolve(modelName)
  if (!model)
    throw new EmbedlineError('model_unknown', `There is no model ${modelName}.`, { field: 'modelName' })
  const { sizeCharacters, overlapCharacters } = chunks
  // The order of these words is kept in the stored JSON, by which settings are compared.
  const settings: BucketSettings = {
    model: { id: model.id, revision: model.revision },
    chunks: { sizeCharacters, overlapCharacters },
    loader: 'default',
  }
  return { settings, modelName }
}
