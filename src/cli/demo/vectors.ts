import type { TwelvelabsApi } from 'twelvelabs-js'

/** One vector of a task as the client hands it over, with the extra keys that Embedline sends. */
export interface TaskVector {
  option: string
  scope: string
  space: string
  startSec: number
  endSec: number
  vector: readonly number[]
}

/** Reads what the client knows by name, and `space`, which it passes through. */
export const toVectors = (rows: readonly TwelvelabsApi.EmbeddingData[]): TaskVector[] =>
  rows.map((row) => ({
    option: row.embeddingOption ?? '',
    scope: row.embeddingScope ?? '',
    space: String(extra(row, 'space')),
    startSec: row.startSec ?? 0,
    endSec: row.endSec ?? 0,
    vector: row.embedding,
  }))

/** A key of an answer that the client passes through without knowing it. */
export const extra = (answer: object, key: string): unknown =>
  Object.entries(answer).find(([name]) => name === key)?.[1]

export interface Hit {
  vector: TaskVector
  cosine: number
}

/** The clips of one option, nearest first. Vectors are compared inside one space only. */
export function nearestClips(
  query: { space: string; vector: readonly number[] },
  vectors: readonly TaskVector[],
  option: string,
): Hit[] {
  return vectors
    .filter((each) => each.option === option && each.scope === 'clip' && each.space === query.space)
    .map((vector) => ({ vector, cosine: dot(query.vector, vector.vector) }))
    .toSorted((a, b) => b.cosine - a.cosine)
}

/** The cosine of two vectors of unit length, as all vectors of the server are. */
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
