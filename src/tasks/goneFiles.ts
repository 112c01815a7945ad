import type { Db } from '../domain/tables.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { isHeld } from '../queue/held.ts'
import { addFoundFiles } from '../store/bucketTasks.ts'
import { nextVersion } from '../store/embeddedBuckets.ts'
import { filesSeen, hideFiles, removeHiddenChunks, removeHiddenFiles } from '../store/goneFiles.ts'
import { leaseLost } from './leaseLost.ts'
import type { TaskParts } from './parts.ts'

const FILES_A_TRANSACTION = 250
const CHUNKS_A_TRANSACTION = 500

/** Removes the files that the task has not seen although it has listed the whole bucket, with their chunks. */
export async function removeUnseenFiles(
  parts: TaskParts,
  item: ClaimedItem,
  { taskId, bucketId, signal }: { taskId: string; bucketId: number; signal: AbortSignal },
): Promise<void> {
  for (let after = ''; ;) {
    signal.throwIfAborted()
    const page = await filesSeen(parts.store.read, bucketId, { taskId, after, limit: FILES_A_TRANSACTION })
    const last = page.at(-1)
    if (!last) return
    after = last.key
    const unseen = page.filter(({ isSeen }) => !isSeen).map(({ id }) => id)
    if (unseen.length === 0) continue
    await parts.store.write(async (db) => {
      if (!(await isHeld(db, item))) throw leaseLost()
      const nowMs = parts.clock.nowMs()
      const gone = await hideGoneFiles(db, bucketId, unseen, nowMs)
      await addFoundFiles(db, taskId, { gone, nowMs })
    })
    await removeRows(parts, unseen)
  }
}

/** Takes files that are not in the bucket any more out of what is searched and listed. Returns how many were in it. */
export async function hideGoneFiles(
  db: Db,
  bucketId: number,
  fileIds: readonly number[],
  nowMs: number,
): Promise<number> {
  const version = await nextVersion(db, bucketId, nowMs)
  return version === undefined ? 0 : hideFiles(db, fileIds, { version, nowMs })
}

/** Removes the rows of files that are hidden, and their chunks. */
export async function removeRows(
  { store }: Pick<TaskParts, 'store'>,
  fileIds: readonly number[],
): Promise<void> {
  let removed
  do removed = await store.write((db) => removeHiddenChunks(db, fileIds, CHUNKS_A_TRANSACTION))
  while (removed === CHUNKS_A_TRANSACTION)
  await store.write((db) => removeHiddenFiles(db, fileIds))
}
