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
