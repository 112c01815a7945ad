import { createHash } from 'node:crypto'
import type { TaskPlan } from '../domain/taskPlan.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { isHeld } from '../queue/held.ts'
import { saveProgress } from '../queue/progress.ts'
import { settle } from '../queue/settle.ts'
import { removeEmbeddings } from '../store/embeddings.ts'
import { copyEmbeddings, findDonor, setReused, type Donor, type EmbeddingPlace } from '../store/reuse.ts'
import { addPlannedItems, setPlanned } from '../store/taskProgress.ts'
import { addEmbeddings, getTaskWork, type TaskWork } from '../store/tasks.ts'
import { addEndWhenDone } from './addEnd.ts'
import { leaseLost } from './leaseLost.ts'
import type { TaskParts } from './parts.ts'
import type { Track } from './transcript/tracks.ts'

/** How far a plan is that copies vectors. */
interface CopyProgress {
  copiedTo?: EmbeddingPlace
}

/** A row has a vector of some kilobytes: these are a megabyte, and some milliseconds. */
const ROWS_A_TRANSACTION = 250

/**
 * Stands for all that the vectors of a task follow from: the bytes of the input and of the subtitles beside it, the
 * request with its defaults, and the model with its revision and precision.
 */
export function reuseKeyOf({ models }: TaskParts, task: TaskWork, tracks: readonly Track[] = []): string {
  const { objectHash, model, request } = task
  const { precision } = models.facts(model)
  const besides = tracks.map((track) =>
    'asset' in track ? [track.objectHash ?? track.asset.id, track.asset.filename] : track.stream,
  )
  return createHash('sha256')
    .update(JSON.stringify([objectHash, model.id, model.revision, precision, request, besides]))
    .digest('hex')
}

/**
 * Takes the vectors from a task of the account that asked for the same, and ends the plan, so that nothing is embedded.
 * They are copied: either task may be deleted, or expire, without the other. Killed anywhere it goes on. False, and
 * nothing is kept of it, when there is no such task, when it goes while it is copied, or when the caller wants the work
 * done anew.
 */
export async function reuseVectors(
  parts: TaskParts,
  item: ClaimedItem,
  task: TaskWork,
  { plan, reuseKey }: { plan: TaskPlan; reuseKey: string },
): Promise<boolean> {
  if (!task.mayReuse) return false
  const find = () => findDonor(parts.store.read, task.accountId, { reuseKey, nowMs: parts.clock.nowMs() })
  const donor = await find()
  if (donor) await copyAll(parts, item, task, donor)
  const copied = await getTaskWork(parts.store.read, task.id)
  const isWhole = copied?.embeddingCount === donor?.embeddingCount && (await find())?.id === donor?.id
  if (!donor || !isWhole) {
    await removeCopied(parts, item, task)
    return false
  }
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await settle(db, item, { state: 'done', nowMs }))) throw leaseLost()
    // The word that stands for the model may have been another one there.
    const warnings = donor.warnings.filter(({ code }) => code !== 'builtin_model')
    await setReused(db, task.id, { plan, reuseKey, donor: { ...donor, warnings }, nowMs })
    await setPlanned(db, task.id, nowMs)
    await addEndWhenDone(db, task.id, nowMs)
  })
  return true
}

/** What is left of a task that went while it was copied, now or in an attempt before. */
async function removeCopied({ store, clock }: TaskParts, item: ClaimedItem, { id }: TaskWork): Promise<void> {
  let count
  do
    count = await store.write(async (db) => {
      if (!(await isHeld(db, item))) throw leaseLost()
      const removed = await removeEmbeddings(db, id, ROWS_A_TRANSACTION)
      if (removed > 0) await addEmbeddings(db, id, { count: -removed, warnings: [], nowMs: clock.nowMs() })
      return removed
    })
  while (count > 0)
}

async function copyAll(
  { store, clock }: TaskParts,
  item: ClaimedItem,
  { id: to }: TaskWork,
  { id: from }: Donor,
): Promise<void> {
  let { copiedTo: after } = (item.progress as CopyProgress | undefined) ?? {}
  for (let isDone = false; !isDone;) {
    const order = { from, to, ...(after && { after }), limit: ROWS_A_TRANSACTION }
    const last = await store.write(async (db) => {
      const nowMs = clock.nowMs()
      const copied = await copyEmbeddings(db, order)
      const progress: CopyProgress = copied.last ? { copiedTo: copied.last } : {}
      if (copied.last && !(await saveProgress(db, item, progress))) throw leaseLost()
      await addPlannedItems(db, to, { count: 0, nowMs })
      await addEmbeddings(db, to, { count: copied.count, warnings: [], nowMs })
      return copied.last
    })
    after = last ?? after
    isDone = last === undefined
  }
}
