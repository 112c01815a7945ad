import type { Db, ItemKind, TaskRow } from '../domain/tables.ts'
import { enqueue } from '../queue/enqueue.ts'
import { countSettled, doneTask, type DoneTask, type Outcome } from '../store/taskProgress.ts'

/** Which item ends a task. */
const END: Record<TaskRow['kind'], ItemKind> = { media: 'finish', bucket: 'conclude', batch: 'gather' }

/** The key of that item, of which a task has one. */
export const END_KEY = 'finish'

/** Counts items of the task that have ended, and adds the one that ends the task when they were the last. */
export async function settleParts(
  db: Db,
  taskId: string,
  end: { outcome: Outcome; count?: number; tokens?: number; nowMs: number },
): Promise<void> {
  if (await countSettled(db, taskId, end)) await addEndWhenDone(db, taskId, end.nowMs)
}

/** Adds the item that ends the task, once its plan is written and nothing is open. */
export async function addEndWhenDone(db: Db, taskId: string, nowMs: number): Promise<void> {
  const task = await doneTask(db, taskId)
  if (task) await addEnd(db, task, nowMs)
}

/** Adds the item that ends the task, unless it is there. */
export async function addEnd(db: Db, task: DoneTask, nowMs: number): Promise<void> {
  await enqueue(db, nowMs, [
    {
      accountId: task.accountId,
      kind: END[task.kind],
      taskId: task.id,
      key: END_KEY,
      lane: 0,
      dueMs: nowMs,
      payload: {},
      isEnd: true,
    },
  ])
}
