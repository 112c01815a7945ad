import type { Comeback, ItemMove } from '../domain/moves.ts'
import type { ItemState } from '../domain/states.ts'
import type { ItemKind } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'

/** The columns that are told of an item when it goes into another state. */
export const MOVE_COLUMNS = ['id', 'kind', 'task_id', 'attempt', 'started_ms'] as const

interface MovedRow {
  id: number
  kind: ItemKind
  task_id: string | null
  attempt: number
  started_ms: number | null
}

/** What is told of an item that is in this state now. */
export const itemMove = (
  { id, kind, task_id: taskId, attempt, started_ms: startedMs }: MovedRow,
  { state, nowMs, why, failure }: { state: ItemState; nowMs: number; why?: Comeback; failure?: Failure },
): ItemMove => ({
  of: 'item',
  id,
  kind,
  ...(taskId !== null && { taskId }),
  state,
  attempt,
  ...(why && { why }),
  ...(failure && { failure }),
  ...(startedMs !== null && { startedMs }),
  nowMs,
})
