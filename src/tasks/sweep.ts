import type { Failure } from '../domain/task.ts'
import { releaseAll } from '../queue/release.ts'
import { endInterrupted, sweep, type Swept } from '../queue/sweep.ts'
import { failItem } from './fail.ts'
import type { TaskParts } from './parts.ts'

const INTERRUPTED: Failure = {
  code: 'interrupted',
  message: 'The work was interrupted too often: every process that took it up died.',
}

/** Hands items whose lease has ended to the next worker, and fails those that were interrupted too often. */
export const sweepLeases = async (parts: TaskParts): Promise<void> =>
  settleSwept(parts, await parts.store.write((db) => sweep(db, parts.clock.nowMs())))

/** Takes back at once what a former server on this data folder held when it died. Only while nothing is dispatched. */
export const takeBackItems = async (parts: TaskParts): Promise<void> =>
  settleSwept(parts, await parts.store.write((db) => releaseAll(db, parts.clock.nowMs())))

async function settleSwept(parts: TaskParts, { released, exhausted }: Swept): Promise<void> {
  const nowMs = parts.clock.nowMs()
  for (const item of exhausted)
    await failItem(parts, item, INTERRUPTED, (db) =>
      endInterrupted(db, item.id, { nowMs, failure: INTERRUPTED }),
    )
  if (released > 0) parts.wake()
}
