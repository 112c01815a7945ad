import { EmbedlineError } from '../domain/errors.ts'
import type { DocumentWork, EmbeddedChunk } from '../domain/documentWork.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { isHeld } from '../queue/held.ts'
import { postpone } from '../queue/postpone.ts'
import { settle } from '../queue/settle.ts'
import { fileWork, isOwnFile, type FileWork } from '../store/bucketFiles.ts'
import { insertChunks, removeLeftovers } from '../store/chunks.ts'
import { settleParts } from './addEnd.ts'
import { embedRemotely } from './embedRemotely.ts'
import { hideGoneFiles, removeRows } from './goneFiles.ts'
import { bucketGone } from './bucketGone.ts'
import { leaseLost } from './leaseLost.ts'
import type { DocumentPayload } from './listBucket.ts'
import type { TaskParts } from './parts.ts'
import { quotaAgainMs } from './quotas.ts'
import { CHUNKS_A_TRANSACTION } from './staleChunks.ts'
import { remoteOf } from './textVectors.ts'

interface Job {
  parts: TaskParts
  item: ClaimedItem
  file: FileWork
}

/**
 * Embeds one file of a bucket. Its chunks are written beside those that are searched, and take their place in the
 * transaction that settles the item: a search sees the old ones or the new ones, never both. Throws `file_changed` when
 * the file was replaced while it was read, `not_found` when the bucket is away. A file that is no longer there is removed
 * with its chunks.
 */
export async function embedDocument(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const { fileId } = item.payload as DocumentPayload
  const file = await fileWork(parts.store.read, fileId, item.taskId ?? '')
  if (!file) return leaveOut(parts, item)
  const dueMs = await quotaAgainMs(parts, item.accountId, ['tokensPerDay'])
  // It is accepted: it waits until its account has tokens again.
  if (dueMs !== undefined)
    return void (await parts.store.execute((db) => postpone(db, item, { dueMs, nowMs: parts.clock.nowMs() })))
  const job: Job = { parts, item, file }
  const { accountName, bucket, key } = file
  const isThere = await parts.buckets.useFile(accountName, bucket, key, signal, (object) =>
    embedFile(job, object, signal),
  )
  if (!isThere) await settleGone(job)
}

async function embedFile(
  job: Job,
  before: { path: string; changeToken: string },
  signal: AbortSignal,
): Promise<void> {
  const { parts, item, file } = job
  if (file.hasLeftovers) await dropLeftovers(job)
  const writer = chunkWriter(job)
  try {
    const work: DocumentWork = { file: before.path, name: lastPart(file.key), ...file.settings }
    const options = { alone: item.isAlone }
    const remote = remoteOf(parts, work.model)
    const summary = await (remote
      ? embedRemotely(parts, remote, work, writer.add, signal, options)
      : parts.compute.embedDocument(work, writer.add, signal, options))
    // Replaced since then, it has another token than the one that is kept here: the next task reads it again.
    const { changeToken } = before
    parts.reach('between compute and commit')
    await parts.endDocument({ item, file, lastChunks: writer.rest(), summary, changeToken })
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof EmbedlineError) || thrown.code === 'lease_lost') throw thrown
    if (writer.hasWritten()) await dropLeftovers(job)
    // A file that is replaced or removed while it is read may look damaged.
    const after = await parts.buckets.stat(file.accountName, file.bucket, file.key)
    if (!after) return settleGone(job)
    throw after.changeToken === before.changeToken ? thrown : changed()
  }
}

const lastPart = (key: string): string => key.slice(key.lastIndexOf('/') + 1)

const changed = () =>
  new EmbedlineError('file_changed', 'The file was replaced while it was read; it is tried again.')

interface ChunkWriter {
  add: (chunks: readonly EmbeddedChunk[]) => Promise<void>
  /** Those that came last: they are written together with the end of the work, most often all there are. */
  rest: () => readonly EmbeddedChunk[]
  hasWritten: () => boolean
}

function chunkWriter({ parts, item, file }: Job): ChunkWriter {
  let rest: readonly EmbeddedChunk[] = []
  let hasWritten = false
  return {
    async add(chunks) {
      if (rest.length > 0) {
        hasWritten = true
        await parts.store.write(async (db) => {
          if (!(await isHeld(db, item)) || !(await isOwnFile(db, file.id, file.taskId))) throw leaseLost()
          await insertChunks(db, [{ fileId: file.id, generation: file.generation + 1, chunks: rest }])
        })
      }
      rest = chunks
    },
    rest: () => rest,
    hasWritten: () => hasWritten,
  }
}

/** Removes chunks of the next generation that an attempt has left behind. */
async function dropLeftovers({ parts, item, file }: Job): Promise<void> {
  let removed
  do
    removed = await parts.store.write(async (db) => {
      if (!(await isHeld(db, item))) throw leaseLost()
      return removeLeftovers(db, file.id, file.generation, CHUNKS_A_TRANSACTION)
    })
  while (removed === CHUNKS_A_TRANSACTION)
}

/** The file is not there any more. If its whole bucket is away, which may be for a moment, its chunks stay. */
async function settleGone({ parts, item, file }: Job): Promise<void> {
  if (!(await parts.buckets.exists(file.accountName, file.bucket))) throw bucketGone(file.bucket)
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await settle(db, item, { state: 'skipped', nowMs }))) throw leaseLost()
    await hideGoneFiles(db, file.bucketId, [file.id], nowMs)
    await settleParts(db, file.taskId, { outcome: 'gone', nowMs })
  })
  await removeRows(parts, [file.id])
}

/** The embedding was deleted, or a later task has the file: there is nothing left to do. */
async function leaveOut({ store, clock }: TaskParts, item: ClaimedItem): Promise<void> {
  await store.write(async (db) => {
    const nowMs = clock.nowMs()
    if (await settle(db, item, { state: 'skipped', nowMs }))
      await settleParts(db, item.taskId ?? '', { outcome: 'gone', nowMs })
  })
}
