import type { ErrorCode } from './errors.ts'
import type { ItemKind } from './itemKinds.ts'
import type { TaskState } from './states.ts'

/** What may happen to a task, with what is told of it. */
export interface TaskEventDetails {
  created: {
    /** The task that it does again with another model. */
    rerunOf?: string
  }
  /** Its first items are known. */
  processing: Record<never, never>
  /** Parts of it were taken back from workers that died: with the server, or whose leases had ended. */
  recovered: { itemCount: number; after: 'restart' | 'lost_lease' }
  /** An item has failed for good. */
  item_failed: { itemId: number; itemKind: ItemKind; code: ErrorCode; message: string }
  /** What failed or was cancelled of it is done once more. */
  retried: Record<never, never>
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
