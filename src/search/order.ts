import type { ModelPin } from '../domain/model.ts'

export interface SearchOrder {
  bucketId: number
  /** The model that made `vector`: chunks that another one embedded are not found. */
  model: ModelPin
  /** What the database says now: what has changed since is loaded first. */
  version: number
  /** Unit length; chunks with vectors of another length are not found. */
  vector: Float32Array
  /** Stems of the query: present when words count too. */
  terms?: Readonly<Record<string, number>>
  /** Of the vectors against the words in the fused rank. */
  vectorWeight: number
  limit: number
  /** As `keyPattern` reads it. */
  keyPattern?: string
  /** From 0 to 1; certainty is (1 + cosine) / 2. */
  minCertainty?: number
}

export interface SearchHit {
  fileId: number
  ordinal: number
  /** Of the chunk's vector and the query's. */
  cosine: number
  /** What the hits are sorted by: the cosine, or the fused rank when words count. */
  score: number
}
