import { MODALITIES } from '../../domain/embedding.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Account } from '../../domain/task.ts'
import type { VectorKind } from '../../domain/vectorSet.ts'
import { knownAssets, tasksOfAssets } from '../../store/foundTasks.ts'
import { readVectors, type StoredPlace, type StoredVector } from '../../store/storedVectors.ts'
import { getTask } from '../../store/tasks.ts'
import type { TaskParts } from '../parts.ts'
import { makeSums, assetVectors } from '../sums.ts'
import type { ClipQuery } from './searchRequest.ts'

export interface ClipVector extends VectorKind {
  vector: Float32Array
  /** The tasks of what the clip is of. */
  ownTaskIds: readonly string[]
}

/** Of a stretch of time so many vectors are read: ten minutes of clips of two seconds, in each modality. */
const MOST_VECTORS = 300 * MODALITIES.length

/** Of an asset that was embedded often. */
const MOST_TASKS = 20

/**
 * The stored vector of a moment; of several clips the mean, each by its length. Of an asset that of its newest task
 * which has one. Throws `not_found` for a task or an asset that the account does not have, `request_invalid` for a
 * moment that has no vector, or not yet.
 */
export async function clipVector(
  parts: Pick<TaskParts, 'store' | 'limits'>,
  account: Account,
  query: ClipQuery,
): Promise<ClipVector> {
  const ownTaskIds = await ownTasks(parts, account, query)
  const place = placeOf(parts, query)
  const candidates = query.taskId === undefined ? ownTaskIds.slice(0, MOST_TASKS) : [query.taskId]
  for (const id of candidates) {
    const options = { limit: MOST_VECTORS, ...(query.modality && { modality: query.modality }) }
    const task = await getTask(parts.store.read, account.id, id)
    const mean = meanOf(task ? await readVectors(parts.store.read, id, place, options) : [])
    if (task && mean)
      return {
        model: task.model,
        space: mean.space,
        dimension: mean.vector.length,
        vector: mean.vector,
        ownTaskIds,
      }
  }
  throw new EmbedlineError('request_invalid', 'There is no vector of this moment, or not yet.', {
    field: 'clip',
  })
}

async function ownTasks(
  { store: { read } }: Pick<TaskParts, 'store'>,
  { id: accountId }: Account,
  { taskId, assetId }: ClipQuery,
): Promise<readonly string[]> {
  if (assetId !== undefined) {
    if (!(await knownAssets(read, accountId, [assetId])).has(assetId))
      throw new EmbedlineError('not_found', `There is no asset ${assetId}.`, { field: 'clip.asset_id' })
    return tasksOfAssets(read, accountId, [assetId])
  }
  const task = await getTask(read, accountId, taskId ?? '')
  if (!task) throw new EmbedlineError('not_found', `There is no task ${taskId}.`, { field: 'clip.task_id' })
  return task.assetId === undefined ? [task.id] : tasksOfAssets(read, accountId, [task.assetId])
}

function placeOf({ limits }: Pick<TaskParts, 'limits'>, query: ClipQuery): StoredPlace {
  const { startSec, endSec, page, chunk } = query
  if (page !== undefined) return { scope: 'page', page }
  if (chunk !== undefined) return { scope: 'chunk', chunk }
  if (startSec === undefined) return { scope: 'asset' }
  const startMs = Math.round(startSec * 1000)
  const endMs = endSec === undefined ? startMs + 1 : Math.round(endSec * 1000)
  if (endMs - startMs <= limits.syncMediaSec * 1000) return { scope: 'clip', startMs, endMs }
  throw new EmbedlineError('request_invalid', `At most ${limits.syncMediaSec} s are taken.`, {
    field: 'clip.end_sec',
  })
}

/** Of the first modality that there is. */
function meanOf(vectors: readonly StoredVector[]): StoredVector | undefined {
  const [first] = vectors.toSorted(
    (one, other) => MODALITIES.indexOf(one.modality) - MODALITIES.indexOf(other.modality),
  )
  if (!first) return undefined
  const sums = makeSums()
  const isAlike = ({ modality, space, vector }: StoredVector) =>
    modality === first.modality && space === first.space && vector.length === first.vector.length
  for (const each of vectors.filter(isAlike))
    sums.add({ ...each, weight: Math.max(each.durationMs, 1), endMs: 0 })
  const [mean] = assetVectors(sums.all())
  return mean && { ...first, vector: mean.vector }
}
