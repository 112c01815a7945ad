import { fuse } from './fuse.ts'
import { keyPattern } from './keyPattern.ts'
import type { Neighbour } from './matrix.ts'
import type { WordIndex } from './bm25.ts'
import type { SearchHit, SearchOrder } from './order.ts'
import type { VectorRows } from './vectorRows.ts'

/** From each ranking at least so many are fused, because a chunk in the middle of both may come out first. */
const FUSED_LEAST = 1000
const FUSED_PER_HIT = 10

/** What is searched of a bucket: all of it, or what an index of neighbours led to. */
export interface SearchedChunks {
  vectors: Pick<VectorRows, 'filesWith' | 'nearest' | 'cosinesOf'>
  words: Pick<WordIndex, 'best'>
}

/**
 * The best chunks of what is held, best first. With terms, the ranks by vector and by words are fused. A chunk without
 * any of the words has no rank by them; all that `order` leaves out has none at all.
 */
export function findChunks(bucket: SearchedChunks, order: SearchOrder): SearchHit[] {
  const { vector, terms, limit, vectorWeight, minCertainty } = order
  const files =
    order.keyPattern === undefined ? undefined : bucket.vectors.filesWith(keyPattern(order.keyPattern))
  const isWanted = files && ((fileId: number) => files.has(fileId))
  const minCosine = minCertainty === undefined ? undefined : cosineAt(minCertainty)
  if (terms === undefined)
    return bucket.vectors
      .nearest(vector, limit, { isWanted, minCosine })
      .map((chunk) => ({ ...chunk, score: chunk.cosine }))

  const depth = fusedDepth(limit)
  const byVector = bucket.vectors.nearest(vector, depth, { isWanted, minCosine })
  const byWords = withCosines(bucket, vector, bucket.words.best(terms, depth, isWanted)).filter(
    ({ cosine }) => minCosine === undefined || cosine >= minCosine,
  )
  const fused = fuse(
    [
      { items: byVector, weight: vectorWeight },
      { items: byWords, weight: 1 },
    ],
    nameOf,
  )
  return fused.slice(0, limit).map(({ item, score }) => ({ ...item, score }))
}

/** How many chunks of each ranking are fused. */
export const fusedDepth = (limit: number): number => Math.max(FUSED_LEAST, FUSED_PER_HIT * limit)

/** The same chunks in the same order, without those that have no vector. */
function withCosines(
  { vectors }: SearchedChunks,
  query: Float32Array,
  chunks: readonly { fileId: number; ordinal: number }[],
): Neighbour[] {
  const known = new Map(vectors.cosinesOf(query, chunks).map((chunk) => [nameOf(chunk), chunk]))
  return chunks.map((chunk) => known.get(nameOf(chunk))).filter((chunk) => chunk !== undefined)
}

const nameOf = ({ fileId, ordinal }: { fileId: number; ordinal: number }): string => `${fileId} ${ordinal}`

/** The certainty is (1 + cosine) / 2. */
export const cosineAt = (certainty: number): number => 2 * certainty - 1
