import type { ErrorCode } from './errors.ts'
import type { TaskState } from './states.ts'

/** What may happen to a task, with what is told of it. */
export interface TaskEventDetails {
  created: Record<never, never>
  /** Its first items are known. */
  processing: Record<never, never>
  ended: { state: TaskState; code?: ErrorCode; message?: string }
}

export type TaskEventKind = keyof TaskEventDetails

/** Something that happened to a task. */
export type TaskEvent = {
  [Kind in TaskEventKind]: {
    /** Greater than those of all events before it, whatever task they are of. */
    id: number
    accountId: string
    taskId: string
    kind: Kind
    details: TaskEventDetails[Kind]
    createdMs: number
  }
}[TaskEventKind]
