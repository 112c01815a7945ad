import { isFinal } from '../domain/states.ts'
import type { Db } from '../domain/tables.ts'
import type { AnyTask, Failure } from '../domain/task.ts'
import { endTask } from '../store/taskProgress.ts'
import { getTaskWork, type TaskWork } from '../store/tasks.ts'
import { endBucketTask } from './endBucket.ts'
import { endAndRelease } from './finish.ts'
import { getAnyTask } from './getAny.ts'
import type { TaskParts } from './parts.ts'
import { settleEnded, settleSome, type Settling } from './settleEnded.ts'

export type CancelParts = Pick<TaskParts, 'store' | 'objects' | 'bytesMutex' | 'clock' | 'recall' | 'wake'>

const CANCELLED: Failure = { code: 'cancelled', message: 'The task was cancelled.' }

/**
 * Ends a task that nobody wants any more. From the first commit on nothing of it starts, whatever its workers still
 * write is refused, and they are told to stop; what is finished of it stays. One that has ended stays as it is. Returns
 * the task as it is then; undefined when the account has none of that id.
 */
export async function cancelTask(
  parts: CancelParts,
  accountId: string,
  id: string,
): Promise<AnyTask | undefined> {
  const task = await getAnyTask(parts, accountId, id)
  if (!task || isFinal(task.state)) return task
  await cancelActive(parts, task)
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
    const isEnded = await (kind === 'media'
      ? endTask(db, id, outcome, { nowMs })
      : endBucketTask(db, id, outcome, nowMs))
    settling = isEnded ? await settleSome(db, id, '', nowMs) : undefined
    return isEnded
  }
  await (kind === 'media' ? endMedia(parts, id, end) : parts.store.write(end))
  parts.recall(settling?.held ?? [])
  if (!settling || settling.next !== undefined) await settleEnded(parts, id)
  parts.wake()
}

/** A task may get its input, and with it a reference to let go of, at the very moment at which it is to end. */
async function endMedia(parts: CancelParts, id: string, end: (db: Db) => Promise<boolean>): Promise<void> {
  for (;;) {
    const task = await getTaskWork(parts.store.read, id)
    if (!task) return
    let isSame = true
    await endAndRelease(parts, task, async (db) => {
      isSame = isSameInput(task, await getTaskWork(db, id))
      return isSame && end(db)
    })
    if (isSame) return
  }
}

const isSameInput = (one: TaskWork, other: TaskWork | undefined): boolean =>
  one.objectHash === other?.objectHash && one.holdsObject === other?.holdsObject
