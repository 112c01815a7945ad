import { EmbedlineError } from '../../domain/errors.ts'
import type { ModelFacts, ModelPin } from '../../domain/model.ts'
import type { Account } from '../../domain/task.ts'
import type { VectorSet } from '../../domain/vectorSet.ts'
import { getEmbedding, listEmbeddings, type BucketEmbedding } from '../../store/embeddedBuckets.ts'
import { knownAssets, knownTasks, tasksOfAssets } from '../../store/foundTasks.ts'
import { listSets, listSetsOfTasks } from '../../store/vectorSets.ts'
import type { TaskParts } from '../parts.ts'
import type { SearchRequest } from './searchRequest.ts'

/** Where a search looks, as it is now. */
export interface Range {
  /** Absent: all tasks. */
  taskIds?: readonly string[]
  /** What the tasks have. */
  sets: readonly VectorSet[]
  buckets: readonly BucketEmbedding[]
}

/**
 * What of the account a search is to look through. Throws `not_found` for a task, an asset or a bucket that the account
 * does not have.
 */
export async function rangeOf(
  { store: { read } }: Pick<TaskParts, 'store'>,
  { id: accountId }: Account,
  { range }: Pick<SearchRequest, 'range'>,
): Promise<Range> {
  if (!range) return { sets: await listSets(read, accountId), buckets: await listEmbeddings(read, accountId) }
  const { taskIds, assetIds, buckets } = range
  refuseUnknown('task', 'in.tasks', taskIds, await someOf(taskIds, (ids) => knownTasks(read, accountId, ids)))
  refuseUnknown(
    'asset',
    'in.assets',
    assetIds,
    await someOf(assetIds, (ids) => knownAssets(read, accountId, ids)),
  )
  const ofAssets = assetIds.length === 0 ? [] : await tasksOfAssets(read, accountId, assetIds)
  const searched = [...new Set([...taskIds, ...ofAssets])]
  return {
    taskIds: searched,
    sets: searched.length === 0 ? [] : await listSetsOfTasks(read, accountId, searched),
    buckets: await Promise.all(buckets.map((bucket) => embeddingOf(bucket))),
  }

  async function embeddingOf(bucket: string): Promise<BucketEmbedding> {
    const embedding = await getEmbedding(read, accountId, bucket)
    if (embedding) return embedding
    throw new EmbedlineError('not_found', `The bucket ${bucket} is not embedded.`, { field: 'in.buckets' })
  }
}

const someOf = async (
  ids: readonly string[],
  find: (ids: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<ReadonlySet<string>> => (ids.length === 0 ? new Set() : find(ids))

function refuseUnknown(
  noun: string,
  field: string,
  ids: readonly string[],
  known: ReadonlySet<string>,
): void {
  const unknown = ids.find((id) => !known.has(id))
  if (unknown === undefined) return
  throw new EmbedlineError('not_found', `There is no ${noun} ${unknown}.`, { field })
}

/** The model that embeds a query where nobody says which: that of what is searched, if it is one alone and usable. */
export function modelOfRange({ models }: Pick<TaskParts, 'models'>, { sets, buckets }: Range): ModelFacts {
  const pins = [...sets.map(({ model }) => model), ...buckets.map(({ settings }) => settings.model)]
  const usable = new Set(pins.map((pin) => models.all.find((facts) => isModel(facts, pin))))
  usable.delete(undefined)
  const [only = models.default, second] = usable
  return second || models.problem(only) ? models.default : only
}

/** Whether a model is the very one that a pin means. */
export const isModel = ({ id, revision }: ModelPin, pin: ModelPin): boolean =>
  id === pin.id && revision === pin.revision
