import type { Db, ItemKind } from '../domain/tables.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { enqueue } from '../queue/enqueue.ts'
import { isHeld } from '../queue/held.ts'
import { areDone } from '../queue/openItems.ts'
import { saveProgress } from '../queue/progress.ts'
import { removeItemsNamed } from '../queue/removeItems.ts'
import { requeue, type RequeuedItem } from '../queue/requeue.ts'
import { settle } from '../queue/settle.ts'
import { queueFiles } from '../store/bucketFiles.ts'
import { takeBackFailed } from '../store/crawlPages.ts'
import { countPages, renewBounds } from '../store/crawls.ts'
import { countReopened, setPlanned } from '../store/taskProgress.ts'
import { closeGaps } from '../store/tasks.ts'
import { addEndWhenDone } from './addEnd.ts'
import { crawlItem } from './createCrawl.ts'
import { gapOf } from './gaps.ts'
import { leaseLost } from './leaseLost.ts'
import type { DocumentPayload } from './listBucket.ts'
import type { TaskParts } from './parts.ts'

/** Of each kind of end, up to which item of it the task is taken up again. */
type Progress = Partial<Record<Unsuccessful, number>>

type Unsuccessful = (typeof UNSUCCESSFUL)[number]

const UNSUCCESSFUL = ['failed', 'cancelled'] as const

/** Items that a task counts: what it consists of. */
const COUNTED: ReadonlySet<ItemKind> = new Set(['slice', 'part', 'document'])

const ITEMS_A_TRANSACTION = 250

/**
 * Puts back what failed or was cancelled of a task that was taken up again: items, files, and pages of a crawl. Killed
 * anywhere, it goes on. The task can end when all that is through.
 */
export async function requeueFailed(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const taskId = item.taskId ?? ''
  const progress: Progress = { ...(item.progress as Progress | undefined) }
  for (const state of UNSUCCESSFUL)
    for (let count = ITEMS_A_TRANSACTION; count === ITEMS_A_TRANSACTION;) {
      signal.throwIfAborted()
      count = await requeueSome(parts, item, { state, progress })
      parts.wake()
    }
  await askFailedPages(parts, item, signal)
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await settle(db, item, { state: 'done', nowMs }))) throw leaseLost()
    // Else what was put back is what writes the plan, and says so when it is done.
    if (await areDone(db, taskId, PLANNERS)) await setPlanned(db, taskId, nowMs)
    await addEndWhenDone(db, taskId, nowMs)
  })
  parts.wake()
}

/** By their keys: the items that write all others. */
const PLANNERS = ['fetch', 'plan', 'list', 'crawl']

const requeueSome = (
  { store, clock }: TaskParts,
  item: ClaimedItem,
  { state, progress }: { state: Unsuccessful; progress: Progress },
): Promise<number> =>
  store.write(async (db) => {
    const nowMs = clock.nowMs()
    const taskId = item.taskId ?? ''
    const order = { state, after: progress[state] ?? 0, limit: ITEMS_A_TRANSACTION, nowMs }
    const items = await requeue(db, taskId, order)
    progress[state] = items.at(-1)?.id ?? order.after
    if (!(await saveProgress(db, item, progress))) throw leaseLost()
    await takeBack(db, taskId, items, nowMs)
    const { length: count } = items.filter(({ kind }) => COUNTED.has(kind))
    await countReopened(db, taskId, { count, failed: state === 'failed' ? count : 0, nowMs })
    return items.length
  })

/** What was said of the failure of these items is not true any more. */
async function takeBack(
  db: Db,
  taskId: string,
  items: readonly RequeuedItem[],
  nowMs: number,
): Promise<void> {
  const gaps = items.flatMap((item) => (item.failure ? [gapOf(item, item.progress, item.failure)] : []))
  await closeGaps(db, taskId, {
    warnings: gaps.flatMap(({ warnings }) => warnings),
    mediaMs: gaps.reduce((sum, { mediaMs }) => sum + mediaMs, 0),
  })
  const files = items.filter(({ kind }) => kind === 'document')
  const fileIds = files.map(({ payload }) => (payload as DocumentPayload).fileId)
  await queueFiles(db, fileIds, { taskId, nowMs })
}

/** Pages of a crawl that could not be had: the crawl goes on with them. */
async function askFailedPages(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const { taskId = '', accountId } = item
  for (let count = ITEMS_A_TRANSACTION; count === ITEMS_A_TRANSACTION;) {
    signal.throwIfAborted()
    count = await parts.store.write(async (db) => {
      if (!(await isHeld(db, item))) throw leaseLost()
      const taken = await takeBackFailed(db, taskId, ITEMS_A_TRANSACTION)
      if (taken === 0) return 0
      const nowMs = parts.clock.nowMs()
      await countPages(db, taskId, { failed: -taken, fetched: -taken })
      await renewBounds(db, taskId)
      if (await areDone(db, taskId, ['crawl'])) {
        await removeItemsNamed(db, taskId, ['crawl'])
        await enqueue(db, nowMs, [crawlItem({ accountId, taskId }, nowMs)])
      }
      return taken
    })
  }
}
