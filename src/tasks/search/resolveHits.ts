import { placeAt } from '../../store/position.ts'
import { readFound, type FoundTask } from '../../store/foundTasks.ts'
import { readHits, type StoredHit } from '../../store/searchHits.ts'
import type { BucketEmbedding } from '../../store/embeddedBuckets.ts'
import type { VectorSet } from '../../domain/vectorSet.ts'
import type { SearchHit, TaskHit, TaskParts } from '../parts.ts'
import type { Found } from './findGroups.ts'
import type { AssetResult, FileMoment, FileResult, SearchResult, TaskMoment } from './searchRequest.ts'

export interface ResolvedHits {
  /** Best first within each place. */
  results: SearchResult[]
  /** True when some of what was found is not there any more. */
  isStale: boolean
}

/** Tells of what was found all that the database knows of it now; what is gone meanwhile is left out. */
export const resolveHits = (parts: Pick<TaskParts, 'store'>, found: Found): Promise<ResolvedHits> =>
  'set' in found
    ? resolveTasks(parts, found.set, found.hits.groups)
    : resolveFiles(parts, found.bucket, found.hits.groups)

type Groups<Hit> = readonly (readonly Hit[])[]

async function resolveTasks(
  { store }: Pick<TaskParts, 'store'>,
  { id: setId }: VectorSet,
  groups: Groups<TaskHit>,
): Promise<ResolvedHits> {
  const ids = [...new Set(groups.flat().map(({ taskId }) => taskId))]
  const tasks = new Map((await readFound(store.read, setId, ids)).map((task) => [task.id, task]))
  return {
    results: groups.flatMap((hits) =>
      assetResult(hits.flatMap((hit) => momentOf(hit, tasks.get(hit.taskId)))),
    ),
    isStale: tasks.size < ids.length,
  }
}

const momentOf = ({ scope, modality, position, endMs, cosine }: TaskHit, task: FoundTask | undefined) =>
  task ? [{ task, scope, modality, ...placeAt(scope, { position, endMs }), score: clamped(cosine) }] : []

function assetResult(moments: TaskMoment[]): AssetResult[] {
  const [best] = moments
  if (!best) return []
  const { asset } = best.task
  return [{ kind: 'asset', score: best.score, ...(asset && { asset }), moments }]
}

async function resolveFiles(
  { store }: Pick<TaskParts, 'store'>,
  { bucket, version }: BucketEmbedding,
  groups: Groups<SearchHit>,
): Promise<ResolvedHits> {
  const hits = groups.flat()
  const stored = await readHits(store.read, hits, version)
  const chunks = new Map(stored.map((chunk) => [nameOf(chunk), chunk]))
  return {
    results: groups.flatMap((group) =>
      fileResult(
        bucket,
        group.flatMap((hit) => {
          const chunk = chunks.get(nameOf(hit))
          return chunk ? [{ hit, chunk }] : []
        }),
      ),
    ),
    isStale: stored.length < hits.length,
  }
}

function fileResult(bucket: string, moments: { hit: SearchHit; chunk: StoredHit }[]): FileResult[] {
  const [best] = moments
  if (!best) return []
  const { key, sourceUrl } = best.chunk
  return [
    {
      kind: 'file',
      bucket,
      key,
      ...(sourceUrl !== undefined && { sourceUrl }),
      score: clamped(best.hit.cosine),
      moments: moments.map(fileMoment),
    },
  ]
}

const fileMoment = ({ hit, chunk }: { hit: SearchHit; chunk: StoredHit }): FileMoment => ({
  ordinal: hit.ordinal,
  text: chunk.text,
  place: chunk.place,
  score: clamped(hit.cosine),
})

/** Rounding of float32 may leave a cosine a hair outside of -1..1. */
const clamped = (cosine: number): number => Math.min(1, Math.max(-1, cosine))

const nameOf = ({ fileId, ordinal }: Pick<SearchHit, 'fileId' | 'ordinal'>): string => `${fileId} ${ordinal}`
