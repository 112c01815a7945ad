import { EmbedlineError } from '../domain/errors.ts'
import { mostBytes } from '../domain/limitFacts.ts'
import type { Db } from '../domain/tables.ts'
import type { FileVersion } from '../fetch/fileVersion.ts'
import type { LongUpload, ReceivedBytes } from '../objects/objects.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { enqueue } from '../queue/enqueue.ts'
import { saveProgress } from '../queue/progress.ts'
import { settle } from '../queue/settle.ts'
import { setAssetBytes } from '../store/assets.ts'
import { addReference } from '../store/objects.ts'
import { setInputOfWaiting, setTaskInput } from '../store/tasks.ts'
import { inspectItem } from './inspectItem.ts'
import type { TaskParts } from './parts.ts'
import { planItem } from './planItem.ts'
import type { FetchPayload } from './sourceUrl.ts'
import { keepBytes } from './storedBytes.ts'
import { unfinishedName } from './unfinishedFetches.ts'

/** How far a fetch got: what an attempt after a crash goes on from. */
interface Progress {
  /** So much of the file is safe. */
  sizeBytes: number
  version: FileVersion
  /** The attempt that began the file, and whose it was. */
  begunBy: string
}

/** A crash costs at most so much of a fetch. */
const SAVE_EVERY_BYTES = 16 * 1024 ** 2

/**
 * Fetches the input of a task, or the bytes of an asset, and hands it on to whoever looks into it. Ended anywhere it goes
 * on by range, from what is safe on the disk, as far as the other server lets it.
 */
export async function fetchInput(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const { upload, before } = await begunFile(parts, item)
  try {
    const received = await receive(parts, item, upload, before, signal)
    const { keyId } = item.payload as FetchPayload
    const by = { accountId: item.accountId, keyId }
    await keepBytes(parts, by, received, (db) => handOn(parts, db, item, received))
    await upload.leave()
  } catch (failure) {
    await (isGoingOn(failure) ? upload.leave() : upload.abandon())
    throw failure
  }
  parts.wake()
}

/** What an attempt before has left; on another server than that, or after none, an empty file. */
async function begunFile(
  { objects, limits }: TaskParts,
  item: ClaimedItem,
): Promise<{ upload: LongUpload; before: Progress }> {
  const limitBytes = mostBytes(limits, 'fetchBytes')
  const before = item.progress as Progress | undefined
  if (before) {
    const { sizeBytes: keepBytes } = before
    const upload = await objects.resume(unfinishedName(item.id, before.begunBy), { limitBytes, keepBytes })
    if (upload.sizeBytes === keepBytes) return { upload, before }
    await upload.abandon()
  }
  const begunBy = `${item.attempt}-${item.worker}`
  const upload = await objects.resume(unfinishedName(item.id, begunBy), { limitBytes, keepBytes: 0 })
  return { upload, before: { sizeBytes: 0, version: {}, begunBy } }
}

async function receive(
  parts: TaskParts,
  item: ClaimedItem,
  upload: LongUpload,
  before: Progress,
  signal: AbortSignal,
): Promise<ReceivedBytes> {
  const { url } = item.payload as FetchPayload
  const { fetchSec } = parts.limits
  let { version } = before
  let savedBytes = upload.sizeBytes

  async function save(): Promise<void> {
    await upload.flush()
    const progress: Progress = { sizeBytes: upload.sizeBytes, version, begunBy: before.begunBy }
    if (!(await parts.store.execute((db) => saveProgress(db, item, progress)))) throw lost()
    savedBytes = upload.sizeBytes
  }

  const sink = {
    get sizeBytes() {
      return upload.sizeBytes
    },
    async write(chunk: Uint8Array) {
      await upload.write(chunk)
      if (upload.sizeBytes - savedBytes >= SAVE_EVERY_BYTES) await save()
    },
    async restart() {
      await upload.restart()
      savedBytes = 0
    },
  }
  try {
    await parts.fetcher.download(url, sink, {
      limitBytes: mostBytes(parts.limits, 'fetchBytes'),
      totalMs: fetchSec * 1000,
      totalName: 'fetchSec',
      signal,
      version,
      onVersion: (begun) => void (version = begun),
    })
  } catch (failure) {
    // What stops here in order loses nothing; after anything else the last save counts.
    if (isGoingOn(failure)) await save().catch(() => {})
    throw failure
  }
  return upload.finish()
}

const isGoingOn = (failure: unknown): boolean => failure instanceof EmbedlineError && failure.retryable

async function handOn(parts: TaskParts, db: Db, item: ClaimedItem, bytes: ReceivedBytes): Promise<void> {
  const nowMs = parts.clock.nowMs()
  if (!(await settle(db, item, { state: 'done', output: bytes, nowMs }))) throw lost()
  const { accountId, taskId, assetId } = item
  if (taskId !== undefined) {
    const task = await setTaskInput(db, taskId, { objectHash: bytes.hash, nowMs })
    if (!task) throw lost()
    const { model } = task
    await enqueue(db, nowMs, [planItem({ accountId, taskId }, { model, input: bytes, dueMs: nowMs })])
  } else if (assetId !== undefined) {
    if (!(await setAssetBytes(db, assetId, { bytes, nowMs }))) throw lost()
    const waiting = await setInputOfWaiting(db, assetId, { objectHash: bytes.hash, nowMs })
    const reference = { accountId, hash: bytes.hash, sizeBytes: bytes.sizeBytes, nowMs }
    for (let count = 0; count < waiting; count++) await addReference(db, reference)
    await enqueue(db, nowMs, [inspectItem({ accountId, assetId }, { input: bytes, dueMs: nowMs })])
  }
}

const lost = () => new EmbedlineError('lease_lost', 'What was fetched is not wanted from here any more.')
