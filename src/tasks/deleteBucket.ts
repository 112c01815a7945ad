import type { Hold } from '../queue/item.ts'
import { activeTaskIds } from '../store/bucketTasks.ts'
import { hiddenEmbeddings, hideEmbedding, removeEmbedding } from '../store/embeddedBuckets.ts'
import { removeMarks, someFiles } from '../store/goneFiles.ts'
import { endTask } from '../store/taskProgress.ts'
import { lockBucket } from './bucketTurn.ts'
import { removeRows } from './goneFiles.ts'
import type { TaskParts } from './parts.ts'
import { settleEnded, settleSome } from './settleEnded.ts'

const ROWS_A_TRANSACTION = 500
const FILES_AT_A_TIME = 100

type Parts = Pick<TaskParts, 'store' | 'clock'>
type DeleteParts = Pick<TaskParts, 'store' | 'clock' | 'recall'>

/**
 * Removes what the account has of the bucket; the bucket's objects and other accounts' embeddings of it stay. From the
 * first commit on nobody sees it, its tasks are cancelled, and whatever their workers still write is refused; when this
 * returns its rows are gone. False when the account had nothing of it.
 */
export async function deleteEmbeddedBucket(
  parts: DeleteParts,
  accountId: string,
  bucket: string,
): Promise<boolean> {
  const { isFound, taskIds, held } = await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    await lockBucket(db, { accountId, bucket })
    const active = await activeTaskIds(db, accountId, bucket)
    const taken: Hold[] = []
    for (const id of active) {
      await endTask(db, id, { state: 'cancelled', failure: DELETED }, { nowMs })
      taken.push(...(await settleSome(db, id, '', nowMs)).held)
    }
    return { isFound: await hideEmbedding(db, accountId, bucket, nowMs), taskIds: active, held: taken }
  })
  parts.recall(held)
  for (const id of taskIds) await settleEnded(parts, id)
  if (isFound) await removeHiddenEmbeddings(parts)
  return isFound
}

const DELETED = { code: 'aborted', message: 'The embedding of the bucket was deleted.' } as const

/** Removes the rows of embeddings that nobody sees any more. Killed anywhere, the next call goes on. */
export async function removeHiddenEmbeddings(parts: Parts): Promise<void> {
  for (const id of await hiddenEmbeddings(parts.store.read)) await removeEmbeddingRows(parts, id)
}

async function removeEmbeddingRows(parts: Parts, id: number): Promise<void> {
  const { store } = parts
  for (;;) {
    const fileIds = await someFiles(store.read, id, FILES_AT_A_TIME)
    if (fileIds.length === 0) break
    await removeRows(parts, fileIds)
  }
  while ((await store.write((db) => removeMarks(db, id, ROWS_A_TRANSACTION))) > 0);
  await store.write((db) => removeEmbedding(db, id))
}
