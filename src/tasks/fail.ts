import type { EmbedlineError, ErrorCode } from '../domain/errors.ts'
import type { Db, ItemKind } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { postpone } from '../queue/postpone.ts'
import { readProgress } from '../queue/progress.ts'
import { releaseAlone } from '../queue/release.ts'
import { retry } from '../queue/retry.ts'
import { settle } from '../queue/settle.ts'
import { wakeAsset } from '../queue/wakeAsset.ts'
import { setAssetFailed } from '../store/assets.ts'
import { countRequests, getBatchWork } from '../store/batches.ts'
import { getStretch } from '../store/batchStretches.ts'
import { failFiles } from '../store/bucketFiles.ts'
import { addTaskEvent } from '../store/taskEvents.ts'
import { endTask } from '../store/taskProgress.ts'
import { addEmbeddings, getTaskWork, type TaskWork } from '../store/tasks.ts'
import { settleParts } from './addEnd.ts'
import type { LinesPayload } from './batches/checkBatch.ts'
import { endBatch } from './batches/endBatch.ts'
import { endBucketTask } from './endBucket.ts'
import { endAndRelease } from './finish.ts'
import { gapOf } from './gaps.ts'
import type { DocumentPayload } from './listBucket.ts'
import type { TaskParts } from './parts.ts'
import { settleEnded } from './settleEnded.ts'
import { abandonUpload } from './uploads/abandonUpload.ts'

/** What of an item the end of its work needs to know. */
export type FailedItem = Pick<ClaimedItem, 'id' | 'kind' | 'accountId' | 'taskId' | 'assetId' | 'payload'>

/**
 * After an attempt that went wrong: tries again later what may go right (at most three times; a death shared with
 * other work does not count, that item is run again alone first), and fails the rest with everything that hangs on it.
 */
export async function settleFailure(
  parts: TaskParts,
  item: ClaimedItem,
  error: EmbedlineError,
): Promise<void> {
  const nowMs = parts.clock.nowMs()
  const failure: Failure = { code: error.code, message: error.message }
  const waitMs = waitOf(error)
  if (error.code === 'disk_full') parts.disk.reportFull()
  if (waitMs !== undefined) return waitFor(parts, item, failure, waitMs)
  parts.logger.info('an attempt failed', {
    item: item.id,
    task: item.taskId,
    kind: item.kind,
    attempt: item.attempt,
    ...failure,
  })
  if (error.sharedChild) return void (await parts.store.write((db) => releaseAlone(db, item, { nowMs })))
  if (error.retryable) {
    const outcome = await parts.store.write((db) =>
      retry(db, item, { nowMs, failure, leastMs: error.retryAfterMs, random: parts.random }),
    )
    if (outcome !== 'exhausted') return
  }
  await failItem(parts, item, failure, (db) => settle(db, item, { state: 'failed', nowMs, failure }))
}

/** Those that wait for the same thing come back one after another. */
const SPREAD_MS = 1_000

/** Nothing is claimed while the disk is known to be full; what has filled it unknown to us is tried now and then. */
const DISK_WAIT_MS = 30_000

/** What says itself when to come back. */
const AWAY: ReadonlySet<ErrorCode> = new Set(['remote_unavailable', 'storage_unavailable'])

/**
 * How long what is no fault of the item is waited for: a server that is down, a store that is, a disk that is full. Bytes
 * that a store spoils may stay so for good: they are tried again as often as anything else.
 */
function waitOf({ code, reason, retryAfterMs }: EmbedlineError): number | undefined {
  if (code === 'disk_full') return DISK_WAIT_MS
  if (reason === 'storage_spoilt') return undefined
  return AWAY.has(code) ? retryAfterMs : undefined
}

async function waitFor(parts: TaskParts, item: ClaimedItem, failure: Failure, waitMs: number): Promise<void> {
  const nowMs = parts.clock.nowMs()
  const dueMs = nowMs + Math.round(waitMs + parts.random() * SPREAD_MS)
  // Of a model elsewhere the metrics tell that it is down.
  const level = failure.code === 'storage_unavailable' ? 'warn' : 'debug'
  parts.logger[level]('an item waits for what is not its fault', {
    item: item.id,
    task: item.taskId,
    kind: item.kind,
    waitMs,
    ...failure,
  })
  await parts.store.execute((db) => postpone(db, item, { dueMs, nowMs, failure }))
}

/**
 * Fails an item for good with all that hangs on it: an asset fails with its look, a task with its plan or its end, a
 * slice leaves a gap that the task names, a file keeps why it failed. `settleItem` moves the item itself and says whether it was still ours.
 */
export async function failItem(
  parts: TaskParts,
  item: FailedItem,
  failure: Failure,
  settleItem: (db: Db) => Promise<boolean>,
): Promise<void> {
  const task = item.taskId === undefined ? undefined : await getTaskWork(parts.store.read, item.taskId)
  const change = async (db: Db) => {
    if (!(await settleItem(db))) return false
    await noteFailure(db, item, failure, parts.clock.nowMs())
    return CONSEQUENCE[item.kind]({ parts, db, item, failure, task })
  }
  const batch = ENDS_BATCH.has(item.kind)
    ? await getBatchWork(parts.store.read, item.taskId ?? '')
    : undefined
  const hasEnded = await (task
    ? endAndRelease(parts, task, change)
    : batch
      ? endBatch(parts, batch, change)
      : parts.store.write(change))
  // A plan that fails half way leaves items that are not to start any more.
  if (hasEnded && item.taskId !== undefined) await settleEnded(parts, item.taskId)
  parts.wake()
}

async function noteFailure(db: Db, item: FailedItem, failure: Failure, nowMs: number): Promise<void> {
  const { accountId, taskId, id: itemId, kind: itemKind } = item
  if (taskId === undefined) return
  const details = { itemId, itemKind, ...failure }
  await addTaskEvent(db, { accountId, taskId, kind: 'item_failed', details, nowMs })
}

/** With these a batch fails as a whole. */
const ENDS_BATCH: ReadonlySet<ItemKind> = new Set(['check', 'gather'])

interface Consequence {
  parts: TaskParts
  db: Db
  item: FailedItem
  failure: Failure
  task: TaskWork | undefined
}

const failTask = async ({ parts, db, failure, task }: Consequence): Promise<boolean> =>
  task !== undefined && endTask(db, task.id, { state: 'failed', failure }, { nowMs: parts.clock.nowMs() })

async function failAsset({ parts, db, item, failure }: Consequence): Promise<boolean> {
  const nowMs = parts.clock.nowMs()
  if (item.assetId !== undefined) {
    await setAssetFailed(db, item.assetId, { failure, nowMs })
    await wakeAsset(db, item.assetId, nowMs)
  }
  return false
}

const failBatch = ({ parts, db, item, failure }: Consequence): Promise<boolean> =>
  endTask(db, item.taskId ?? '', { state: 'failed', failure }, { nowMs: parts.clock.nowMs() })

const failBucketTask = ({ parts, db, item, failure }: Consequence): Promise<boolean> =>
  endBucketTask(db, item.taskId ?? '', { state: 'failed', failure }, parts.clock.nowMs())

async function leaveGap({ parts, db, item, failure, task }: Consequence): Promise<boolean> {
  if (!task) return false
  const nowMs = parts.clock.nowMs()
  const { warnings, mediaMs } = gapOf(item, await readProgress(db, item.id), failure)
  await addEmbeddings(db, task.id, { count: 0, mediaFailedMs: mediaMs, warnings, nowMs })
  await settleParts(db, task.id, { outcome: 'failed', nowMs })
  return false
}

/** What else changes with the item; true when that ends its task. */
const CONSEQUENCE: Record<ItemKind, (consequence: Consequence) => Promise<boolean>> = {
  fetch: (consequence) => (consequence.item.taskId === undefined ? failAsset : failTask)(consequence),
  async assemble(consequence) {
    await abandonUpload(consequence.db, consequence.item, consequence.parts.clock.nowMs())
    return failAsset(consequence)
  },
  inspect: failAsset,
  plan: failTask,
  finish: failTask,
  slice: leaveGap,
  part: leaveGap,
  list: failBucketTask,
  crawl: failBucketTask,
  conclude: failBucketTask,
  check: failBatch,
  gather: failBatch,
  async lines({ parts, db, item }) {
    const { ordinal } = item.payload as LinesPayload
    const taskId = item.taskId ?? ''
    const stretch = await getStretch(db, taskId, ordinal)
    await countRequests(db, taskId, { failed: stretch?.requestCount ?? 0 })
    await settleParts(db, taskId, { outcome: 'failed', nowMs: parts.clock.nowMs() })
    return false
  },
  retry: (consequence) => (consequence.task ? failTask : failBucketTask)(consequence),
  async document({ parts, db, item, failure }) {
    const nowMs = parts.clock.nowMs()
    const { fileId } = item.payload as DocumentPayload
    const taskId = item.taskId ?? ''
    await failFiles(db, [fileId], { taskId, failure, nowMs })
    await settleParts(db, taskId, { outcome: 'failed', nowMs })
    return false
  },
}
