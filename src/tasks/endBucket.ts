import type { TaskState } from '../domain/states.ts'
import type { Db } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import { getBucketWork } from '../store/bucketTasks.ts'
import { endTask } from '../store/taskProgress.ts'
import { lockBucket, wakeNext } from './bucketTurn.ts'

export interface Outcome {
  state: Exclude<TaskState, 'queued' | 'processing'>
  failure?: Failure
}

/** Ends a task of a bucket, and wakes the one that waits for it. False when it has ended before. */
export async function endBucketTask(
  db: Db,
  taskId: string,
  outcome: Outcome,
  nowMs: number,
): Promise<boolean> {
  const task = await getBucketWork(db, taskId)
  if (task) await lockBucket(db, task)
  if (!(await endTask(db, taskId, outcome, { nowMs }))) return false
  if (task) await wakeNext(db, task, nowMs)
  return true
}
