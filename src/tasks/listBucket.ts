import { EmbedlineError } from '../domain/errors.ts'
import type { Db } from '../domain/tables.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { enqueue, type NewItem } from '../queue/enqueue.ts'
import { isHeld } from '../queue/held.ts'
import { saveProgress } from '../queue/progress.ts'
import { settle } from '../queue/settle.ts'
import {
  fileItemKey,
  insertFiles,
  knownFiles,
  queueFiles,
  seeFiles,
  type KnownFile,
} from '../store/bucketFiles.ts'
import { addFoundFiles, getBucketWork, type BucketWork } from '../store/bucketTasks.ts'
import { getEmbedding, hideEmbedding, insertEmbedding, setSettings } from '../store/embeddedBuckets.ts'
import { addPlannedItems, setPlanned } from '../store/taskProgress.ts'
import { addEndWhenDone } from './addEnd.ts'
import { bucketGone } from './bucketGone.ts'
import { isTurnOf } from './bucketTurn.ts'
import { removeUnseenFiles } from './goneFiles.ts'
import { leaseLost } from './leaseLost.ts'
import type { BucketObject, TaskParts } from './parts.ts'

/** What a document item carries. */
export interface DocumentPayload {
  fileId: number
}

interface Progress {
  /** The files up to this key are listed. */
  listedTo: string
}

const FILES_A_TRANSACTION = 250

/**
 * Goes through the files of a bucket in the order of their keys, and writes an item for each that is new or has
 * changed; then removes what is no longer there. Killed anywhere it goes on after the last files it has written.
 * Waits while an earlier task of the account and bucket has not ended.
 */
export async function listBucket(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const task = await getBucketWork(parts.store.read, item.taskId ?? '')
  if (!task) throw new EmbedlineError('not_found', 'The task is gone.')
  if (!(await isTurnOf(parts, item, task))) return
  // A storage that is away for a moment must not look like a bucket without files, whose chunks would go.
  if (!(await parts.buckets.exists(task.accountName, task.bucket))) throw bucketGone(task.bucket)
  const bucketId = await beginEmbedding(parts, item, task)
  await listFiles(parts, item, { task, bucketId, signal })
  await removeUnseenFiles(parts, item, { taskId: task.id, bucketId, signal })
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await settle(db, item, { state: 'done', nowMs }))) throw leaseLost()
    await setPlanned(db, task.id, nowMs)
    await addEndWhenDone(db, task.id, nowMs)
  })
  parts.wake()
}

/**
 * The account's embedding of the bucket, from now on with the settings of this task. Another model begins a new one,
 * so that vectors of different models never meet.
 */
const beginEmbedding = (parts: TaskParts, item: ClaimedItem, task: BucketWork): Promise<number> =>
  parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await isHeld(db, item))) throw leaseLost()
    const { accountId, bucket, settings, modelName } = task
    await addPlannedItems(db, task.id, { count: 0, nowMs })
    const known = await getEmbedding(db, accountId, bucket)
    if (known && JSON.stringify(known.settings.model) === JSON.stringify(settings.model)) {
      await setSettings(db, known.id, { settings, modelName, nowMs })
      return known.id
    }
    await hideEmbedding(db, accountId, bucket, nowMs)
    const { id } = await insertEmbedding(db, { accountId, bucket, settings, modelName, nowMs })
    return id
  })

const progressOf = ({ progress }: ClaimedItem): Progress =>
  (progress as Progress | undefined) ?? { listedTo: '' }

interface Listing {
  task: BucketWork
  bucketId: number
  signal: AbortSignal
}

async function listFiles(parts: TaskParts, item: ClaimedItem, listing: Listing): Promise<void> {
  const { task, signal } = listing
  const { listedTo } = progressOf(item)
  const objects = parts.buckets.objects(
    task.accountName,
    task.bucket,
    listedTo === '' ? {} : { after: listedTo },
  )
  let batch: BucketObject[] = []
  for await (const object of objects) {
    signal.throwIfAborted()
    batch.push(object)
    if (batch.length < FILES_A_TRANSACTION) continue
    await parts.store.write((db) => writeFiles(parts, db, item, listing, batch))
    parts.reach('in a plan')
    parts.wake()
    batch = []
  }
  if (batch.length > 0) await parts.store.write((db) => writeFiles(parts, db, item, listing, batch))
  parts.reach('in a plan')
}

async function writeFiles(
  parts: TaskParts,
  db: Db,
  item: ClaimedItem,
  { task, bucketId }: Listing,
  objects: readonly BucketObject[],
): Promise<void> {
  const nowMs = parts.clock.nowMs()
  const progress: Progress = { listedTo: objects.at(-1)?.key ?? '' }
  if (!(await saveProgress(db, item, progress))) throw leaseLost()
  const keys = objects.map(({ key }) => key)
  const known = new Map((await knownFiles(db, bucketId, keys)).map((file) => [file.key, file]))
  const settingsJson = JSON.stringify(task.settings)
  const fresh = objects.filter(({ key }) => !known.has(key))
  const unchanged: number[] = []
  const changed: number[] = []
  for (const object of objects) {
    const file = known.get(object.key)
    if (file) (isUnchanged(file, object, settingsJson) ? unchanged : changed).push(file.id)
  }
  const added = await insertFiles(db, bucketId, fresh, { taskId: task.id, nowMs })
  await queueFiles(db, changed, { taskId: task.id, nowMs })
  await seeFiles(db, unchanged, task.id)
  const fileIds = [...changed, ...added.map(({ id }) => id)]
  const count = await enqueue(
    db,
    nowMs,
    fileIds.map((fileId) => documentItem(task, fileId, nowMs)),
  )
  await addPlannedItems(db, task.id, { count, nowMs })
  await addFoundFiles(db, task.id, { skipped: unchanged.length, nowMs })
}

const isUnchanged = (file: KnownFile, object: BucketObject, settingsJson: string): boolean =>
  file.state === 'done' &&
  file.changeToken === object.changeToken &&
  file.sizeBytes === object.sizeBytes &&
  file.settingsJson === settingsJson

/** The work on one file. */
export const documentItem = (
  { accountId, id, settings }: BucketWork,
  fileId: number,
  nowMs: number,
): NewItem => ({
  accountId,
  kind: 'document',
  taskId: id,
  key: fileItemKey(fileId),
  // Many thousands: in a lane of their own they are in nobody's way.
  lane: 2,
  dueMs: nowMs,
  payload: { fileId } satisfies DocumentPayload,
  model: settings.model,
})
