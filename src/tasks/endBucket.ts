import type { TaskState } from '../domain/states.ts'
import type { Db } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import { wakeTask } from '../queue/wakeTask.ts'
import { activeTaskIds, getBucketWork } from '../store/bucketTasks.ts'
import { endTask } from '../store/taskProgress.ts'

/** Ends a task of a bucket, and wakes the one that waits for it. */
export async function endBucketTask(
  db: Db,
  taskId: string,
  outcome: { state: Exclude<TaskState, 'queued' | 'processing'>; failure?: Failure },
  nowMs: number,
): Promise<void> {
  await endTask(db, taskId, outcome, { nowMs })
  const task = await getBucketWork(db, taskId)
  const [next] = task ? await activeTaskIds(db, task.accountId, task.bucket) : []
  if (next !== undefined) await wakeTask(db, next, { kind: 'list', nowMs })
}
