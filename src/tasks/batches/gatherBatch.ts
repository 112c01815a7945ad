import { createReadStream } from 'node:fs'
import { EmbedlineError } from '../../domain/errors.ts'
import type { BatchStop } from '../../domain/batch.ts'
import type { TaskState } from '../../domain/states.ts'
import type { Db } from '../../domain/tables.ts'
import type { Failure } from '../../domain/task.ts'
import type { Upload } from '../../objects/objects.ts'
import type { ClaimedItem } from '../../queue/claim.ts'
import { firstFailure } from '../../queue/firstFailure.ts'
import { isHeld } from '../../queue/held.ts'
import { itemOfTask } from '../../queue/itemOfTask.ts'
import { saveProgress } from '../../queue/progress.ts'
import { settle } from '../../queue/settle.ts'
import { insertFile } from '../../store/accountFiles.ts'
import { getBatchWork, setFile, setFinalizing, type BatchWork } from '../../store/batches.ts'
import type { Stretch, StretchOutcome } from '../../store/batchStretches.ts'
import { endTask } from '../../store/taskProgress.ts'
import { leaseLost } from '../leaseLost.ts'
import type { TaskParts } from '../parts.ts'
import { keepMadeBytes } from '../storedBytes.ts'
import { stretchItemKey } from './checkBatch.ts'
import { endBatch } from './endBatch.ts'
import { isLine } from '../../domain/lineFormat.ts'
import { linesOfStretch } from './linesOfStretch.ts'
import { eachStretch, removeOutcomes } from './outcomes.ts'

interface Job {
  parts: TaskParts
  item: ClaimedItem
  batch: BatchWork
  signal: AbortSignal
}

/** Which of the files are kept already. */
interface Progress {
  kept: 'output' | 'all'
}

/**
 * Puts together what came of the requests of a batch, in the order of its file, and ends it. Requests that were not come
 * to, or whose stretch failed, are written as such. Killed anywhere it goes on after the last file that is kept.
 */
export async function gatherBatch(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const batch = await getBatchWork(parts.store.read, item.taskId ?? '')
  if (!batch) throw new EmbedlineError('not_found', 'The batch is gone.')
  const job = { parts, item, batch, signal }
  const { kept } = (item.progress as Progress | undefined) ?? {}
  await whileHeld(job, (db, nowMs) => setFinalizing(db, batch.id, nowMs))
  if (kept === undefined) await keepFile(job, 'output', copyDone)
  if (kept !== 'all') await keepFile(job, 'error', copyFailed)
  await removeOutcomes(parts, batch)
  await endBatch(parts, batch, async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await settle(db, item, { state: 'done', nowMs }))) throw leaseLost()
    return endTask(db, batch.id, await outcomeOf(db, batch), { nowMs })
  })
  parts.wake()
}

const whileHeld = <T>({ parts, item }: Job, change: (db: Db, nowMs: number) => Promise<T>): Promise<T> =>
  parts.store.write(async (db) => {
    if (!(await isHeld(db, item))) throw leaseLost()
    return change(db, parts.clock.nowMs())
  })

type Which = 'output' | 'error'

/** Writes one of the files and names it; none when there is nothing for it. */
async function keepFile(
  job: Job,
  which: Which,
  write: (job: Job, upload: Upload) => Promise<void>,
): Promise<void> {
  const { parts, item, batch } = job
  const progress: Progress = { kept: which === 'output' ? 'output' : 'all' }
  const upload = await parts.objects.receive(Number.POSITIVE_INFINITY)
  try {
    await write(job, upload)
    if (upload.sizeBytes === 0) return void (await whileHeld(job, (db) => saveProgress(db, item, progress)))
    const received = await upload.finish()
    await keepMadeBytes(parts, batch.accountId, received, async (db) => {
      if (!(await saveProgress(db, item, progress))) throw leaseLost()
      const nowMs = parts.clock.nowMs()
      const file = await insertFile(db, {
        id: parts.ids.objectId(),
        accountId: batch.accountId,
        filename: `batch_${batch.id}_${which}.jsonl`,
        purpose: 'batch_output',
        objectHash: received.hash,
        sizeBytes: received.sizeBytes,
        createdMs: nowMs,
        expiresMs: nowMs + batch.filesKeptMs,
      })
      await setFile(db, batch.id, { which, fileId: file.id })
    })
  } finally {
    await upload.abandon()
  }
}

async function copyDone(job: Job, upload: Upload): Promise<void> {
  for await (const { outcome } of eachStretch(job.parts, job.batch))
    if (outcome) await copy(job, upload, outcome, { from: 0, count: outcome.doneBytes })
}

async function copyFailed(job: Job, upload: Upload): Promise<void> {
  for await (const { outcome, ...stretch } of eachStretch(job.parts, job.batch))
    if (outcome) await copy(job, upload, outcome, { from: outcome.doneBytes, count: outcome.failedBytes })
    else await writeUndone(job, upload, stretch)
}

async function copy(
  { parts, batch, signal }: Job,
  upload: Upload,
  { hash }: StretchOutcome,
  { from, count }: { from: number; count: number },
): Promise<void> {
  if (count === 0) return
  await parts.objects.useFile({ accountId: batch.accountId, hash }, signal, async (path) => {
    for await (const chunk of createReadStream(path, { start: from, end: from + count - 1 })) {
      signal.throwIfAborted()
      await upload.write(chunk as Uint8Array)
    }
  })
}

/** The requests of a stretch of which nothing came. */
async function writeUndone(job: Job, upload: Upload, stretch: Stretch): Promise<void> {
  const { parts, batch, signal } = job
  const why = await whyUndone(parts, batch, stretch)
  for await (const { number, text } of linesOfStretch(parts, batch, stretch)) {
    signal.throwIfAborted()
    const line = await parts.lineFormat.read(text ?? '')
    if (isLine(line))
      await upload.write(parts.lineFormat.writeFailed(line, { batchId: batch.id, line: number }, why))
  }
}

async function whyUndone(
  { store }: TaskParts,
  batch: BatchWork,
  { ordinal }: Stretch,
): Promise<EmbedlineError | BatchStop> {
  const { failure } = (await itemOfTask(store.read, batch.id, stretchItemKey(ordinal))) ?? {}
  // What was tried and put back for later keeps why, too.
  if (batch.stop !== undefined) return batch.stop
  return new EmbedlineError(failure?.code ?? 'internal', failure?.message ?? 'Something went wrong here.')
}

async function outcomeOf(
  db: Db,
  { id, stop, requestCount, failedCount }: BatchWork,
): Promise<{ state: Exclude<TaskState, 'queued' | 'processing'>; failure?: Failure }> {
  if (stop === 'cancelled')
    return { state: 'cancelled', failure: { code: 'cancelled', message: 'The batch was cancelled.' } }
  if (stop === 'expired') {
    const message = 'The batch was not done within 24 hours.'
    return { state: 'failed', failure: { code: 'deadline_exceeded', message } }
  }
  if (failedCount === 0) return { state: 'ready' }
  const failure = (await firstFailure(db, id)) ?? {
    code: 'request_invalid',
    message: `${failedCount} of ${requestCount} requests failed.`,
  }
  return { state: failedCount < requestCount ? 'partial' : 'failed', failure }
}
