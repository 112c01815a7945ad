import { indexOfBucket } from '../../store/vectorIndexes.ts'
import type { Store, TaskParts } from '../parts.ts'

/**
 * Why a bucket that is large enough for an index of neighbours was searched exactly: a sentence. Undefined when it is not
 * so large, or has one that could not answer this query.
 */
export async function whyExact(
  { store, vectorIndexes }: Pick<TaskParts, 'vectorIndexes'> & { store: Pick<Store, 'read'> },
  { bucketId, chunkCount }: { bucketId: number; chunkCount: number },
): Promise<string | undefined> {
  const { leastChunks, obstacle } = vectorIndexes ?? {}
  if (leastChunks === undefined || chunkCount < leastChunks) return undefined
  const index = await indexOfBucket(store.read, bucketId)
  if (index?.state === 'ready') return 'Its index of neighbours did not find enough that passes the filters.'
  if (obstacle !== undefined) return obstacle
  const percent = Math.floor((100 * Math.min(index?.chunkCount ?? 0, chunkCount)) / chunkCount)
  return `Its index of neighbours is being made: ${percent} % of its chunks are taken in.`
}
