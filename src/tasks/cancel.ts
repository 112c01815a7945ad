import { isFinal } from '../domain/states.ts'
import type { Db } from '../domain/tables.ts'
import type { AnyTask, Failure } from '../domain/task.ts'
import { getBatchWork } from '../store/batches.ts'
import { lockRow } from '../store/locks.ts'
import { endTask } from '../store/taskProgress.ts'
import { getTaskWork, type TaskWork } from '../store/tasks.ts'
import { endBatch } from './batches/endBatch.ts'
import { stopBatch } from './batches/stopBatch.ts'
import { endBucketTask } from './endBucket.ts'
import { endAndRelease } from './finish.ts'
import { getAnyTask } from './getAny.ts'
import type { TaskParts } from './parts.ts'
import { settleEnded, settleSome, type Settling } from './settleEnded.ts'

export type CancelParts = Pick<TaskParts, 'store' | 'objects' | 'clock' | 'reach' | 'recall' | 'wake'>

const CANCELLED: Failure = { code: 'cancelled', message: 'The task was cancelled.' }

/**
 * Ends a task that nobody wants any more. From the first commit on nothing of it starts, whatever its workers still
 * write is refused, and they are told to stop; what is finished of it stays. One that has ended stays as it is. Returns
 * the task as it is then: a batch is not ended yet, because what is done of it is put together first. Undefined when the
 * account has none of that id.
 */
export async function cancelTask(
  parts: CancelParts,
  accountId: string,
  id: string,
): Promise<AnyTask | undefined> {
  const task = await getAnyTask(parts, accountId, id)
  if (!task || isFinal(task.state)) return task
  if (task.kind === 'batch') await stopBatch(parts, id, 'cancelled')
  else await cancelActive(parts, task)
  return getAnyTask(parts, accountId, id)
}

/** Cancels a task if it has not ended, and says why in the task itself. */
export async function cancelActive(
  parts: CancelParts,
  { id, kind }: Pick<AnyTask, 'id' | 'kind'>,
  failure = CANCELLED,
): Promise<void> {
  let settling: Settling | undefined
  const outcome = { state: 'cancelled', failure } as const
  const end = async (db: Db): Promise<boolean> => {
    const nowMs = parts.clock.nowMs()
    const isEnded = await (kind === 'bucket'
      ? endBucketTask(db, id, outcome, nowMs)
      : endTask(db, id, outcome, { nowMs }))
    settling = isEnded ? await settleSome(db, id, '', nowMs) : undefined
    return isEnded
  }
  await END[kind](parts, id, end)
  parts.recall(settling?.held ?? [])
  if (!settling || settling.next !== undefined) await settleEnded(parts, id)
  parts.wake()
}

async function endBatchNow(parts: CancelParts, id: string, end: (db: Db) => Promise<boolean>): Promise<void> {
  const batch = await getBatchWork(parts.store.read, id)
  if (batch) await endBatch(parts, batch, end)
}

/** Ends a task, and lets go of its input with it. */
const END: Readonly<Record<AnyTask['kind'], typeof endMedia>> = {
  media: endMedia,
  bucket: async (parts, _id, end) => void (await parts.store.write(end)),
  batch: endBatchNow,
}

/** A task may get its input, and with it a reference to let go of, at the very moment at which it is to end. */
async function endMedia(parts: CancelParts, id: string, end: (db: Db) => Promise<boolean>): Promise<void> {
  for (;;) {
    const task = await getTaskWork(parts.store.read, id)
    if (!task) return
    let isSame = true
    await endAndRelease(parts, task, async (db) => {
      if (task.assetId !== undefined) await lockRow(db, 'asset', task.assetId)
      isSame = isSameInput(task, await getTaskWork(db, id))
      return isSame && end(db)
    })
    if (isSame) return
  }
}

const isSameInput = (one: TaskWork, other: TaskWork | undefined): boolean =>
  one.objectHash === other?.objectHash && one.holdsObject === other?.holdsObject
