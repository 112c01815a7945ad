import { tellsOfLoss } from '../domain/embedding.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { Db } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { firstFailure } from '../queue/firstFailure.ts'
import { settle } from '../queue/settle.ts'
import { readSums, replaceAssetVectors } from '../store/embeddings.ts'
import { endTask } from '../store/taskProgress.ts'
import { getTaskWork, type TaskWork } from '../store/tasks.ts'
import type { TaskParts } from './parts.ts'
import { dropBytes, type BytesParts } from './storedBytes.ts'
import { assetVectors } from './sums.ts'

/** Writes the asset vectors and ends the task: ready, partial when some of it could not be read, failed when nothing came out. */
export async function finishTask(parts: TaskParts, item: ClaimedItem): Promise<void> {
  const task = await getTaskWork(parts.store.read, item.taskId ?? '')
  if (!task?.plan) throw new EmbedlineError('not_found', 'The task is gone.')
  const scopes: readonly string[] = task.request.scopes ?? []
  const sums = scopes.includes('asset') ? await readSums(parts.store.read, task.id) : []
  const vectors = assetVectors(sums)
  await endAndRelease(parts, task, async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await settle(db, item, { state: 'done', nowMs })))
      throw new EmbedlineError('lease_lost', 'Another worker has this item now.')
    const added = await replaceAssetVectors(db, task.id, task.plan?.startMs ?? 0, vectors)
    return endTask(db, task.id, await outcome(db, task, added), { addedEmbeddings: added, nowMs })
  })
}

async function outcome(
  db: Db,
  task: TaskWork,
  added: number,
): Promise<{ state: 'ready' | 'partial' | 'failed'; failure?: Failure }> {
  const failure = await firstFailure(db, task.id)
  if (task.embeddingCount + added > 0)
    return failure
      ? { state: 'partial', failure }
      : { state: task.warnings.some(tellsOfLoss) ? 'partial' : 'ready' }
  return {
    state: 'failed',
    failure: failure ?? { code: 'media_unreadable', message: 'Nothing in the media could be embedded.' },
  }
}

/**
 * Runs `end` in a transaction and returns what it returned, whether it has ended the task; when it has ended the task, an input that is an asset's is let go, and is removed if the
 * asset was deleted meanwhile. Input that came with the task is kept with it until both expire.
 */
export async function endAndRelease(
  parts: BytesParts,
  task: TaskWork,
  end: (db: Db) => Promise<boolean>,
): Promise<boolean> {
  const { assetId, accountId, objectHash: hash } = task
  if (assetId === undefined || hash === undefined || !task.holdsObject) return parts.store.write(end)
  return dropBytes(parts, { accountId, hash }, end)
}
