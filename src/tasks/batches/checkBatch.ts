import type { BatchProblem } from '../../domain/batch.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { pinOf, spaceOf, type ModelPin } from '../../domain/model.ts'
import type { Db } from '../../domain/tables.ts'
import type { ClaimedItem } from '../../queue/claim.ts'
import { enqueue, type NewItem } from '../../queue/enqueue.ts'
import { isHeld } from '../../queue/held.ts'
import { settle } from '../../queue/settle.ts'
import { getBatchWork, setProblems, startBatch, type BatchWork } from '../../store/batches.ts'
import { insertStretches, type Stretch } from '../../store/batchStretches.ts'
import { addPlannedItems, endTask, setPlanned } from '../../store/taskProgress.ts'
import { addEndWhenDone } from '../addEnd.ts'
import { standIn } from '../create.ts'
import { leaseLost } from '../leaseLost.ts'
import type { TaskParts } from '../parts.ts'
import { usableModel } from '../usableModel.ts'
import { endBatch } from './endBatch.ts'
import { readBatch, type ReadBatch } from './readBatch.ts'
import { finishStop } from './stopBatch.ts'

/** What an item of some lines carries. */
export interface LinesPayload {
  /** Of its stretch. */
  ordinal: number
}

export const stretchItemKey = (ordinal: number): string => `lines-${String(ordinal).padStart(6, '0')}`

const STRETCHES_A_TRANSACTION = 200

/**
 * Looks through the file of a batch, and writes an item for each stretch of its lines. When anything is wrong with a line,
 * nothing is done, and the batch fails with all that is wrong. Killed anywhere it begins anew, and repeats nothing that it
 * has written.
 */
export async function checkBatch(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const batch = await getBatchWork(parts.store.read, item.taskId ?? '')
  if (!batch) throw new EmbedlineError('not_found', 'The batch is gone.')
  const read = await readBatch(parts, batch, signal)
  if (read.problems.length > 0) return refuse(parts, item, batch, read.problems)
  const model = usableModel(parts, read.modelName)
  spaceOf(model, 'text')
  for (let from = 0; from < read.stretches.length; from += STRETCHES_A_TRANSACTION) {
    const some = read.stretches.slice(from, from + STRETCHES_A_TRANSACTION)
    await parts.store.write(async (db) => {
      const nowMs = parts.clock.nowMs()
      if (!(await isHeld(db, item))) throw leaseLost()
      const { modelName, requestCount } = read
      const warnings = standIn(modelName, model)
      await startBatch(db, batch.id, { modelName, model: pinOf(model), warnings, requestCount, nowMs })
      await addStretches(db, batch, { stretches: some, model, nowMs })
    })
    parts.wake()
  }
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await settle(db, item, { state: 'done', nowMs }))) throw leaseLost()
    await setPlanned(db, batch.id, nowMs)
    await addEndWhenDone(db, batch.id, nowMs)
  })
  // It may have been stopped while its items were written.
  await finishStop(parts, batch.id)
  parts.wake()
}

async function addStretches(
  db: Db,
  batch: BatchWork,
  { stretches, model, nowMs }: Pick<ReadBatch, 'stretches'> & { model: ModelPin; nowMs: number },
): Promise<void> {
  await insertStretches(db, batch.id, stretches)
  const items = stretches.map((stretch) => linesItem(batch, stretch, { model, nowMs }))
  await addPlannedItems(db, batch.id, { count: await enqueue(db, nowMs, items), nowMs })
}

const linesItem = (
  { accountId, id }: BatchWork,
  { ordinal }: Stretch,
  { model, nowMs }: { model: ModelPin; nowMs: number },
): NewItem => ({
  accountId,
  kind: 'lines',
  taskId: id,
  key: stretchItemKey(ordinal),
  // Beside documents, in turn with those of other accounts.
  lane: 2,
  dueMs: nowMs,
  payload: { ordinal } satisfies LinesPayload,
  model,
})

async function refuse(
  parts: TaskParts,
  item: ClaimedItem,
  batch: BatchWork,
  problems: readonly BatchProblem[],
): Promise<void> {
  const failure = {
    code: 'request_invalid',
    message: `Nothing of the batch was done: ${problems[0]?.message ?? ''}`,
  } as const
  await endBatch(parts, batch, async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await settle(db, item, { state: 'done', nowMs }))) throw leaseLost()
    await setProblems(db, batch.id, problems)
    return endTask(db, batch.id, { state: 'failed', failure }, { nowMs })
  })
}
