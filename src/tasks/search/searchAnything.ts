import type { Account } from '../../domain/task.ts'
import type { TaskParts } from '../parts.ts'
import { findGroups, type Found } from './findGroups.ts'
import { mergeMoments } from './mergeMoments.ts'
import { queryVector } from './queryVector.ts'
import { isModel, rangeOf } from './range.ts'
import { resolveHits } from './resolveHits.ts'
import type { SearchAnswer, SearchRequest, SearchResult, SourceExplanation } from './searchRequest.ts'

/**
 * What is found may be gone before it is told: then the search is done once more, for more than is wanted, so that the
 * answer is not short should some of that go too.
 */
const SEARCHES = 2
const SPARE = 4

/** To be joined, more moments are looked for than are wanted. */
const MERGED = 4

/**
 * What is nearest to a text, a picture, a sound, a video, a moment or a vector, over all that the account has or a part of
 * it: exact, but for buckets so large that they have an index of neighbours, as `method` says; grouped by asset and by file of a bucket, each with its best moments. What may not be compared with the
 * query is named, and never compared. Finds what is committed when it begins, also of tasks that still run; nothing of
 * tasks that were deleted. Throws what `rangeOf` and `queryVector` throw.
 */
export async function searchAnything(
  parts: TaskParts,
  account: Account,
  request: SearchRequest,
  signal: AbortSignal,
): Promise<SearchAnswer> {
  const startMs = performance.now()
  const query = await queryVector(parts, account, request, await rangeOf(parts, account, request), signal)
  const embeddedMs = performance.now()
  const { limit, moments, mergesMoments, filter, minScore, explains } = request
  for (let left = SEARCHES; ; left--) {
    const { found, skipped } = await findGroups(parts, {
      accountId: account.id,
      query,
      range: await rangeOf(parts, account, request),
      groups: left === SEARCHES ? limit : SPARE * limit,
      moments: mergesMoments ? MERGED * moments : moments,
      filter,
      ...(minScore !== undefined && { minScore }),
      explains,
    })
    const resolved = await Promise.all(found.map((each) => resolveHits(parts, each)))
    if (resolved.some(({ isStale }) => isStale) && left > 1) continue
    const results = resolved
      .flatMap((each) => each.results)
      .sort((one, other) => other.score - one.score)
      .slice(0, limit)
      .map((result): SearchResult => (mergesMoments ? mergeMoments(result, moments) : result))
    return {
      query: { model: query.model, space: query.space, dimension: query.dimension },
      results,
      skipped,
      method: found.some(({ hits }) => hits.method === 'hnsw') ? 'hnsw' : 'exact',
      warnings: query.warnings,
      explanation: {
        model: parts.models.all.find((facts) => isModel(facts, query.model)),
        embedMs: embeddedMs - startMs,
        sources: found.map(explain),
        totalMs: performance.now() - startMs,
      },
    }
  }
}

function explain(found: Found): SourceExplanation {
  const { groups: _, ...counts } = found.hits
  return {
    ...('bucket' in found && { bucket: found.bucket.bucket }),
    ...('whyExact' in found && { whyExact: found.whyExact }),
    ...counts,
  }
}
