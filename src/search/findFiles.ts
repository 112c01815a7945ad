import { keyPattern } from './keyPattern.ts'
import { nearestGroups } from './nearestGroups.ts'
import type { BucketSearchOrder, ChunkHit, Grouped } from './order.ts'
import type { VectorRows } from './vectorRows.ts'

/** The files with the nearest chunks, best first, and in each its chunks best first. */
export function findFiles({ vectors }: { vectors: VectorRows }, order: BucketSearchOrder): Grouped<ChunkHit> {
  const matrix = vectors.matrixOf(order.vector)
  if (!matrix) return { groups: [], vectorCount: 0, exactCount: 0 }
  const files = order.keyPattern === undefined ? undefined : vectors.filesWith(keyPattern(order.keyPattern))
  const isWanted = (fileId: number) => files?.has(fileId) ?? true
  const found = nearestGroups(matrix, order.vector, {
    ...order,
    isWanted,
    groupOf: (fileId) => fileId,
    placeOf: (_fileId, ordinal) => ordinal,
  })
  return {
    ...found,
    vectorCount: matrix.rowCount,
    ...(order.counts === true && { matchingCount: matrix.count(isWanted) }),
    kernel: matrix.kernel,
  }
}
