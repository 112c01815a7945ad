/** One vector of a task as a client hands it over. */
export interface TaskVector {
  option: string
  scope: string
  space: string
  startSec: number
  endSec: number
  vector: readonly number[]
}

/** What was asked for, as a vector. */
export interface Question {
  space: string
  vector: readonly number[]
}

export interface Hit {
  vector: TaskVector
  cosine: number
}

/** The clips of one option, nearest first. Vectors are compared inside one space only. */
export function nearestClips(query: Question, vectors: readonly TaskVector[], option: string): Hit[] {
  return vectors
    .filter((each) => each.option === option && each.scope === 'clip' && each.space === query.space)
    .map((vector) => ({ vector, cosine: dot(query.vector, vector.vector) }))
    .toSorted((a, b) => b.cosine - a.cosine)
}

/** The cosine of two vectors of unit length, as all vectors of the server are. */
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
