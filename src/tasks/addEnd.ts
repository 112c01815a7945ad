import type { Db, ItemKind, TaskRow } from '../domain/tables.ts'
import { enqueue } from '../queue/enqueue.ts'
import { doneTask } from '../store/taskProgress.ts'

/** Which item ends a task. */
const END: Record<TaskRow['kind'], ItemKind> = { media: 'finish', bucket: 'conclude' }

/** Adds the item that ends the task, once its plan is written and nothing is open; called where a count went down. */
export async function addEndWhenDone(db: Db, taskId: string, nowMs: number): Promise<void> {
  const task = await doneTask(db, taskId)
  if (!task) return
  await enqueue(db, nowMs, [
    {
      accountId: task.accountId,
      kind: END[task.kind],
      taskId,
      key: 'finish',
      lane: 0,
      dueMs: nowMs,
      payload: {},
    },
  ])
}
