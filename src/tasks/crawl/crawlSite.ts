import type { RobotsRules } from '../../crawl/robots.ts'
import { siteOf } from '../../crawl/pageUrl.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Db } from '../../domain/tables.ts'
import { makeKeyedMutex } from '../../lib/keyedMutex.ts'
import type { ClaimedItem } from '../../queue/claim.ts'
import { postpone } from '../../queue/postpone.ts'
import { settle } from '../../queue/settle.ts'
import { getBucketWork, type BucketWork } from '../../store/bucketTasks.ts'
import { addPages, nextPage } from '../../store/crawlPages.ts'
import { countPages, getCrawl, updateCrawl, type CrawlWork } from '../../store/crawls.ts'
import { getEmbedding, insertEmbedding } from '../../store/embeddedBuckets.ts'
import { addPlannedItems, setPlanned } from '../../store/taskProgress.ts'
import { addEndWhenDone } from '../addEnd.ts'
import { bucketGone } from '../bucketGone.ts'
import { isTurnOf } from '../bucketTurn.ts'
import { leaseLost } from '../leaseLost.ts'
import type { TaskParts } from '../parts.ts'
import { hostOf, LONGEST_WAIT_MS, politenessOf, writeCrawl, type Crawl } from './crawl.ts'
import { crawlPage } from './crawlPage.ts'

/** Then the item is put back: others have their turn, and a server that stops need not wait for it. */
const SLICE_MS = 3_000

/**
 * Crawls a site for a while: asks for its pages, nearest to the start first, and makes each an object of the bucket that
 * is embedded at once. Killed anywhere, it goes on with the pages that were not asked for yet, and those whose answers
 * were broken off. Waits while an earlier task of the account and bucket has not ended.
 */
export async function crawlSite(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const taskId = item.taskId ?? ''
  const task = await getBucketWork(parts.store.read, taskId)
  const work = await getCrawl(parts.store.read, taskId)
  if (!task || !work) throw new EmbedlineError('not_found', 'The task is gone.')
  if (!(await isTurnOf(parts, item, task))) return
  if (!(await parts.buckets.exists(task.accountName, task.bucket))) throw bucketGone(task.bucket)
  const bucketId = await writeCrawl({ parts, item }, (db, nowMs) => begin(db, task, work, nowMs))
  const crawl: Crawl = {
    parts,
    item,
    task,
    bucketId,
    startUrl: work.startUrl,
    site: work.site ?? siteOf(work.startUrl),
    robots: { ...work.robots } as Record<string, RobotsRules>,
    fetchedCount: work.fetchedCount,
    inOrder: makeKeyedMutex(),
  }
  const startedMs = parts.clock.nowMs()
  const bounds = { spentMs: work.spentMs, startedMs }
  await crawlPages(crawl, bounds, signal)
  await endSlice(crawl, bounds)
  parts.wake()
}

/** The account's embedding of the bucket, as it is: its other files are none of the crawl's business. */
async function begin(db: Db, task: BucketWork, { startUrl }: CrawlWork, nowMs: number): Promise<number> {
  const { id: taskId, accountId, bucket, settings, modelName } = task
  await addPlannedItems(db, taskId, { count: 0, nowMs })
  const { added } = await addPages(db, taskId, [{ url: startUrl, isStart: true, depth: 0, state: 'queued' }])
  await countPages(db, taskId, { found: added })
  const known = await getEmbedding(db, accountId, bucket)
  if (!known) return (await insertEmbedding(db, { accountId, bucket, settings, modelName, nowMs })).id
  if (JSON.stringify(known.settings.model) === JSON.stringify(settings.model)) return known.id
  throw new EmbedlineError('model_unknown', `The bucket ${bucket} is embedded by another model meanwhile.`)
}

interface Bounds {
  /** In slices before this one. */
  spentMs: number
  startedMs: number
}

const elapsedMs = ({ parts }: Crawl, { startedMs }: Bounds): number => parts.clock.nowMs() - startedMs

/** Which bound of the whole crawl is reached. */
function boundOf(crawl: Crawl, bounds: Bounds, runningCount = 0): 'pages' | 'time' | undefined {
  const { mostPages, mostMs } = crawl.parts.crawling
  if (crawl.fetchedCount + runningCount >= mostPages) return 'pages'
  return bounds.spentMs + elapsedMs(crawl, bounds) >= mostMs ? 'time' : undefined
}

/** Asks for pages until there are none, a bound is reached, or the slice is over. */
async function crawlPages(crawl: Crawl, bounds: Bounds, signal: AbortSignal): Promise<void> {
  const running = new Map<number, Promise<void>>()
  const failures: unknown[] = []
  const stopping = new AbortController()
  const either = AbortSignal.any([signal, stopping.signal])
  const mayAsk = () =>
    running.size < politenessOf(crawl).atOnce &&
    elapsedMs(crawl, bounds) < SLICE_MS &&
    boundOf(crawl, bounds, running.size) === undefined &&
    waitMs(crawl) <= LONGEST_WAIT_MS
  try {
    for (;;) {
      signal.throwIfAborted()
      if (failures.length > 0) throw failures[0]
      const page = mayAsk()
        ? await nextPage(crawl.parts.store.read, crawl.task.id, [...running.keys()])
        : undefined
      if (page) {
        const ending = crawlPage(crawl, page, either)
          .catch((failure: unknown) => void failures.push(failure))
          .finally(() => running.delete(page.id))
        running.set(page.id, ending)
      } else if (running.size > 0) await Promise.race(running.values())
      else return
    }
  } finally {
    stopping.abort()
    await Promise.all(running.values())
  }
}

const waitMs = ({ parts, site }: Crawl): number => parts.crawling.pace.waitMs(hostOf(site))

async function endSlice(crawl: Crawl, bounds: Bounds): Promise<void> {
  const { parts, item, task } = crawl
  const isDone = (await nextPage(parts.store.read, task.id, [])) === undefined
  const endedBy = isDone ? undefined : boundOf(crawl, bounds)
  const addedMs = elapsedMs(crawl, bounds)
  await writeCrawl(crawl, async (db, nowMs) => {
    await updateCrawl(db, task.id, { addedMs, ...(endedBy && { endedBy }) })
    if (!isDone && !endedBy) return void (await postpone(db, item, { dueMs: nowMs + waitMs(crawl), nowMs }))
    if (!(await settle(db, item, { state: 'done', nowMs }))) throw leaseLost()
    await setPlanned(db, task.id, nowMs)
    await addEndWhenDone(db, task.id, nowMs)
  })
}
