import type { ModelPin } from '../../domain/model.ts'
import type { VectorKind, VectorSet } from '../../domain/vectorSet.ts'
import type { BucketEmbedding } from '../../store/embeddedBuckets.ts'
import type { GroupedHits, SearchHit, TaskHit, TaskParts } from '../parts.ts'
import type { QueryVector } from './queryVector.ts'
import { isModel, type Range } from './range.ts'
import { whyExact } from './whyExact.ts'
import type { SearchFilter, SearchRequest, SkippedVectors, SkipReason } from './searchRequest.ts'

/** What was found in one place. */
export type Found =
  | { set: VectorSet; hits: GroupedHits<TaskHit> }
  | {
      bucket: BucketEmbedding
      hits: GroupedHits<SearchHit>
      /** Why a large bucket was searched exactly, when the search is to be explained. */
      whyExact?: string
    }

export interface Search extends Pick<SearchRequest, 'moments' | 'minScore' | 'filter' | 'explains'> {
  accountId: string
  query: QueryVector
  range: Range
  groups: number
}

type SearchParts = Pick<TaskParts, 'search' | 'models' | 'store' | 'vectorIndexes'>

/** Searches every place whose vectors may be compared with the query, and names the others. */
export async function findGroups(
  parts: SearchParts,
  search: Search,
): Promise<{ found: readonly Found[]; skipped: readonly SkippedVectors[] }> {
  const { sets, buckets } = search.range
  const [own, others] = divide(sets, (set) => reasonToSkip(search.query, set) === undefined)
  const inTasks = own.map(async (set) => ({ set, hits: await findInSet(parts, search, set) }))
  const inBuckets = await Promise.all(buckets.map((bucket) => findInBucket(parts, search, bucket)))
  return {
    found: [...(await Promise.all(inTasks)), ...inBuckets.flatMap(({ found }) => found)],
    skipped: [
      ...others.map((set) => skipped(search.query, set, set.vectorCount)),
      ...inBuckets.flatMap(({ skipped: left }) => left),
    ],
  }
}

/** Why vectors of a kind may not be compared with the query; undefined: they may. */
function reasonToSkip(query: VectorKind, { model, space, dimension }: VectorKind): SkipReason | undefined {
  if (model.id !== query.model.id) return 'other_model'
  if (model.revision !== query.model.revision) return 'other_revision'
  if (space !== query.space) return 'other_space'
  return dimension === query.dimension ? undefined : 'other_dimension'
}

function skipped(query: VectorKind, kind: VectorKind, vectorCount: number): SkippedVectors {
  const { model, space, dimension } = kind
  // What can be compared is not skipped.
  const reason = reasonToSkip(query, kind) ?? 'other_space'
  return { model, space, dimension, vectorCount, reason }
}

function divide<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  const { true: first = [], false: second = [] } = Object.groupBy(all, (one) => `${isFirst(one)}`)
  return [first, second]
}

function findInSet(
  { search }: Pick<TaskParts, 'search'>,
  { accountId, query, range, groups, moments, minScore, filter, explains }: Search,
  { id: setId, version }: VectorSet,
): Promise<GroupedHits<TaskHit>> {
  const { modalities, scopes, startSec, endSec, metadata, keyPattern } = filter
  // Tasks have no keys: a filter of keys leaves none of them.
  if (keyPattern !== undefined) return Promise.resolve(NOTHING)
  return search.findTasks({
    setId,
    version,
    vector: query.vector,
    groups,
    moments,
    ...(minScore !== undefined && { minCosine: minScore }),
    ...(range.taskIds && { taskIds: range.taskIds }),
    ...(query.notTaskIds && { notTaskIds: query.notTaskIds }),
    ...(modalities && { modalities }),
    ...(scopes && { scopes }),
    ...(startSec !== undefined && { startMs: startSec * 1000 }),
    ...(endSec !== undefined && { endMs: endSec * 1000 }),
    ...(metadata && { metadata: { accountId, filter: metadata } }),
    counts: explains,
  })
}

const NOTHING: GroupedHits<never> = {
  method: 'exact',
  groups: [],
  vectorCount: 0,
  exactCount: 0,
  loadMs: 0,
  searchMs: 0,
}

interface BucketFound {
  found: Found[]
  skipped: SkippedVectors[]
}

async function findInBucket(
  parts: SearchParts,
  { query, groups, moments, minScore, filter, explains }: Search,
  bucket: BucketEmbedding,
): Promise<BucketFound> {
  const counts = await parts.search.chunkCounts({ bucketId: bucket.id, version: bucket.version })
  const kinds = counts.map(({ model, count }) => ({ kind: kindOfTexts(parts, model), count }))
  const others = kinds.filter(({ kind }) => reasonToSkip(query, kind) !== undefined)
  const left = others.map(({ kind, count }) => ({
    ...skipped(query, kind, count),
    bucket: bucket.bucket,
  }))
  if (others.length === kinds.length || !canHold(filter)) return { found: [], skipped: left }
  const hits = await parts.search.findFiles({
    bucketId: bucket.id,
    model: query.model,
    version: bucket.version,
    vector: query.vector,
    groups,
    moments,
    ...(minScore !== undefined && { minCosine: minScore }),
    ...(filter.keyPattern !== undefined && { keyPattern: filter.keyPattern }),
    counts: explains,
  })
  const isUnexplained = !explains || hits.method !== 'exact'
  const own = { bucketId: bucket.id, chunkCount: hits.vectorCount }
  const reason = isUnexplained ? undefined : await whyExact(parts, own)
  const found: Found = { bucket, hits, ...(reason !== undefined && { whyExact: reason }) }
  return { found: [found], skipped: left }
}

/** Chunks of files are of text; they have neither times of a medium nor metadata. */
const canHold = ({ modalities, scopes, startSec, endSec, metadata }: SearchFilter): boolean =>
  (modalities?.includes('text') ?? true) &&
  (scopes?.includes('chunk') ?? true) &&
  startSec === undefined &&
  endSec === undefined &&
  metadata === undefined

/** What texts of a model are; of a model that is not here any more that is not known, but it is another one. */
function kindOfTexts({ models }: Pick<TaskParts, 'models'>, pin: ModelPin): VectorKind {
  const facts = models.all.find((each) => isModel(each, pin))
  const { space, dimension } = facts?.spaces.text ?? { space: 'text', dimension: 0 }
  return { model: pin, space, dimension }
}
