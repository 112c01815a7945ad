import type { ItemMove, Move, TaskMove } from '../domain/moves.ts'
import type { TaskParts } from './parts.ts'

type Parts = Pick<TaskParts, 'logger' | 'meters'>

/**
 * Tells of tasks and items that went into another state, after the commit: a line of the log for each, and the counts
 * of `/metrics`. What happens to a task is worth `info`, what happens to one of its perhaps thousand items `debug`,
 * unless it went wrong.
 */
export function tellMoves(parts: Parts, moves: readonly Move[]): void {
  for (const move of moves) {
    if (move.of === 'task') tellTask(parts, move)
    else tellItem(parts, move)
  }
}

function tellTask({ logger, meters }: Parts, move: TaskMove): void {
  const { id, kind, state, model, createdMs, nowMs, failure, counts } = move
  const durationMs = nowMs - createdMs
  logger.info(`task ${state}`, {
    task: id,
    kind,
    model,
    ...(state !== 'queued' && { durationMs }),
    ...counts,
    ...(failure && { code: failure.code, reason: failure.message }),
  })
  if (state === 'queued') meters.count('embedline_tasks_created_total', { kind })
  if (!counts) return
  meters.count('embedline_tasks_ended_total', { kind, state })
  meters.observe('embedline_task_duration_seconds', { kind, state }, durationMs / 1000)
}

function tellItem({ logger, meters }: Parts, move: ItemMove): void {
  const { id, kind, taskId, state, attempt, why, failure, startedMs, nowMs } = move
  const level = state === 'failed' || why === 'failed' || why === 'interrupted' ? 'info' : 'debug'
  logger[level](`item ${state}`, {
    item: id,
    kind,
    ...(taskId !== undefined && { task: taskId }),
    attempt,
    ...(why && { why }),
    ...(startedMs !== undefined && state !== 'running' && { sinceFirstClaimMs: nowMs - startedMs }),
    ...(failure && { code: failure.code, reason: failure.message }),
  })
  if (state === 'running') meters.count('embedline_items_claimed_total', { kind })
  else if (state !== 'queued') meters.count('embedline_items_settled_total', { kind, state })
  if (failure && why !== 'returned')
    meters.count('embedline_item_failures_total', { kind, code: failure.code })
  if (why === 'interrupted') meters.count('embedline_item_interruptions_total', { kind })
}
