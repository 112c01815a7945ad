import type { BatchStop } from '../../domain/batch.ts'
import type { Db } from '../../domain/tables.ts'
import { cancelQueued, cancelRunning } from '../../queue/cancelItems.ts'
import type { Hold } from '../../queue/item.ts'
import { itemOfTask } from '../../queue/itemOfTask.ts'
import { getBatchWork, overdueBatches, setStop, stoppedBatches, type BatchWork } from '../../store/batches.ts'
import { lockRow } from '../../store/locks.ts'
import { addEnd, END_KEY } from '../addEnd.ts'
import type { TaskParts } from '../parts.ts'

type Parts = Pick<TaskParts, 'store' | 'clock' | 'recall' | 'wake'>

const ITEMS_A_TRANSACTION = 500
const BATCHES_AT_A_TIME = 100

/**
 * Begins nothing more of a batch, and lets nothing more be written of it; what is done is put together, and the rest named
 * as not done. False when it is too late: all is done, or the batch has ended.
 */
export async function stopBatch(parts: Parts, id: string, stop: BatchStop): Promise<boolean> {
  const isStopped = await parts.store.write(async (db) => {
    // Whoever ends the last of its items changes the row too.
    await lockRow(db, 'task', id)
    return !(await isEnding(db, id)) && setStop(db, id, { stop, nowMs: parts.clock.nowMs() })
  })
  if (isStopped) await finishStop(parts, id)
  return isStopped
}

/** Takes the items of a stopped batch back, and adds the one that ends it. Of another batch nothing is changed. */
export async function finishStop(parts: Parts, id: string): Promise<void> {
  const batch = await getBatchWork(parts.store.read, id)
  // While its items are written whoever writes them stops it afterwards.
  if (!batch?.stop || (batch.startedMs !== undefined && !batch.isPlanned)) return
  for (let after: string | undefined = ''; after !== undefined;) {
    const from: string = after
    const { next, held } = await parts.store.write((db) => cancelSome(parts, db, batch, from))
    parts.recall(held)
    after = next
  }
  parts.wake()
}

/** Whoever ends it is queued already, and must not be taken back. */
const isEnding = async (db: Db, id: string): Promise<boolean> =>
  (await itemOfTask(db, id, END_KEY)) !== undefined

/**
 * Takes back what workers hold, who are to be told after the commit, and cancels what is queued among the next items;
 * after the last of them comes the one that ends the batch.
 */
async function cancelSome(
  { clock }: Parts,
  db: Db,
  { id, accountId }: BatchWork,
  after: string,
): Promise<{ next?: string; held: Hold[] }> {
  await lockRow(db, 'task', id)
  if (await isEnding(db, id)) return { held: [] }
  const nowMs = clock.nowMs()
  const held = await cancelRunning(db, id, nowMs)
  const { next } = await cancelQueued(db, id, { after, limit: ITEMS_A_TRANSACTION, nowMs })
  if (next !== undefined) return { held, next }
  await addEnd(db, { id, accountId, kind: 'batch' }, nowMs)
  return { held }
}

/** Stops the batches whose time is over, and ends stopping where a crash has broken it off. */
export async function stopOverdueBatches(parts: Parts): Promise<void> {
  const { store, clock } = parts
  for (const { id } of await overdueBatches(store.read, clock.nowMs(), BATCHES_AT_A_TIME))
    await stopBatch(parts, id, 'expired')
  for (const { id } of await stoppedBatches(store.read, BATCHES_AT_A_TIME)) await finishStop(parts, id)
}
