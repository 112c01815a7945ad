import type { Failure } from '../domain/task.ts'
import { endInterrupted, sweep } from '../queue/sweep.ts'
import { failItem } from './fail.ts'
import type { TaskParts } from './parts.ts'

const INTERRUPTED: Failure = {
  code: 'interrupted',
  message: 'The work was interrupted too often: every process that took it up died.',
}

/** Hands items whose lease has ended to the next worker, and fails those that were interrupted too often. */
export async function sweepLeases(parts: TaskParts): Promise<void> {
  const nowMs = parts.clock.nowMs()
  const { released, exhausted } = await parts.store.write((db) => sweep(db, nowMs))
  for (const item of exhausted)
    await failItem(parts, item, INTERRUPTED, (db) =>
      endInterrupted(db, item.id, { nowMs, failure: INTERRUPTED }),
    )
  if (released > 0) parts.wake()
}
