import { failureOf } from '../domain/failure.ts'
import type { TaskMove } from '../domain/moves.ts'
import type { TaskRow } from '../domain/tables.ts'

/** The columns that are told of a task when it goes into another state. */
export const MOVE_COLUMNS = [
  'id',
  'account_id',
  'kind',
  'state',
  'model_id',
  'created_ms',
  'finished_ms',
  'error_code',
  'error_message',
  'item_count',
  'done_count',
  'failed_count',
  'skipped_count',
  'embedding_count',
] as const

/** What is told of a task that is in this state now. */
export function taskMove(row: Pick<TaskRow, (typeof MOVE_COLUMNS)[number]>, nowMs: number): TaskMove {
  const failure = failureOf(row)
  return {
    of: 'task',
    id: row.id,
    kind: row.kind,
    state: row.state,
    model: row.model_id,
    createdMs: row.created_ms,
    nowMs,
    ...(failure && { failure }),
    ...(row.finished_ms !== null && {
      counts: {
        items: row.item_count,
        done: row.done_count,
        failed: row.failed_count,
        skipped: row.skipped_count,
        embeddings: row.embedding_count,
      },
    }),
  }
}
