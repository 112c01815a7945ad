import type { Db } from '../domain/tables.ts'
import type { Failure } from '../domain/task.ts'
import type { TaskEventDetails } from '../domain/taskEvent.ts'
import type { Opened } from '../lib/closing.ts'
import { releaseAll } from '../queue/release.ts'
import { endInterrupted, haveLeasesEnded, sweep, type Released, type Swept } from '../queue/sweep.ts'
import { addTaskEvent } from '../store/taskEvents.ts'
import { failItem } from './fail.ts'
import type { TaskParts } from './parts.ts'
import { startRepeating } from './repeating.ts'

const INTERRUPTED: Failure = {
  code: 'interrupted',
  message: 'The work was interrupted too often: every process that took it up died.',
}

/** Hands items whose lease has ended to the next worker, and fails those that were interrupted too often. */
export const sweepLeases = (parts: TaskParts): Promise<void> => takeBack(parts, sweep, 'lost_lease')

/** Takes back at once what a former server on this data folder held when it died. Only while nothing is dispatched. */
export const takeBackItems = (parts: TaskParts): Promise<void> => takeBack(parts, releaseAll, 'restart')

/** An item whose holder has died runs again so soon after its lease, and the time that a claim takes. */
const SWEEP_EVERY_MS = 1_000

/** Takes back what dead processes held, whoever else on the database does so too. `close` waits for what runs. */
export const startLeaseSweep = (parts: TaskParts): Opened =>
  startRepeating(
    parts,
    { everyMs: SWEEP_EVERY_MS, failed: 'ended leases could not be looked for' },
    async () => {
      if (await haveLeasesEnded(parts.store.read, parts.clock.nowMs())) await sweepLeases(parts)
    },
  )

type After = TaskEventDetails['recovered']['after']

async function takeBack(
  parts: TaskParts,
  release: (db: Db, nowMs: number) => Promise<Swept>,
  after: After,
): Promise<void> {
  const nowMs = parts.clock.nowMs()
  const { released, exhausted } = await parts.store.write(async (db) => {
    const swept = await release(db, nowMs)
    await noteRecovery(db, swept.released, { after, nowMs })
    return swept
  })
  for (const item of exhausted)
    await failItem(parts, item, INTERRUPTED, (db) =>
      endInterrupted(db, item.id, { nowMs, failure: INTERRUPTED }),
    )
  if (released.length > 0) parts.wake()
}

async function noteRecovery(
  db: Db,
  released: readonly Released[],
  { after, nowMs }: { after: After; nowMs: number },
): Promise<void> {
  for (const [taskId, items] of Map.groupBy(released, (item) => item.taskId)) {
    const accountId = items[0]?.accountId
    if (taskId === null || accountId === undefined) continue
    const details = { itemCount: items.length, after }
    await addTaskEvent(db, { accountId, taskId, kind: 'recovered', details, nowMs })
  }
}
