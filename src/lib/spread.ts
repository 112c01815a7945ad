/**
 * How far each number of vectors of one length varies: the standard deviation of a population,
 * `sqrt(mean((x - mean(x))²))`. Undefined for fewer than two vectors, which say nothing about it.
 */
export function spread(vectors: readonly Float32Array[]): Float32Array | undefined {
  const [first] = vectors
  if (!first || vectors.length < 2) return undefined
  return first.map((_, at) => {
    let sum = 0
    for (const vector of vectors) sum += vector[at] ?? 0
    const mean = sum / vectors.length
    let squares = 0
    for (const vector of vectors) squares += ((vector[at] ?? 0) - mean) ** 2
    return Math.sqrt(squares / vectors.length)
  })
}

/** Where a window begins and ends, as parts of the whole from 0 to 1. */
export interface Window {
  from: number
  to: number
}

/** So many windows of one length over a whole, each half over the one before it: three are halves at 0, 1/4 and 1/2. */
export const halfOverlapping = (count: number): Window[] =>
  Array.from({ length: count }, (_, at) => ({ from: at / (count + 1), to: (at + 2) / (count + 1) }))
