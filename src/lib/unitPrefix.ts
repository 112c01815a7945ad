/**
 * The first `length` numbers of a vector, scaled to unit length again (Matryoshka representation learning,
 * arXiv:2205.13147). A vector that is no longer than that, and a prefix of zeros, comes back as it is.
 */
export function unitPrefix(vector: Float32Array, length: number): Float32Array {
  return prefixWithSpread(vector, undefined, length).vector
}

export interface VectorWithSpread {
  vector: Float32Array
  /** Of each number of the vector. */
  spread: Float32Array | undefined
}

/** The same of a vector and the spread of its numbers, which is shortened and scaled with it. */
export function prefixWithSpread(
  vector: Float32Array,
  spread: Float32Array | undefined,
  length: number,
): VectorWithSpread {
  if (vector.length <= length) return { vector, spread }
  const prefix = vector.slice(0, length)
  const norm = Math.hypot(...prefix)
  const scaled = (values: Float32Array) => (norm === 0 ? values : values.map((value) => value / norm))
  return { vector: scaled(prefix), spread: spread && scaled(spread.slice(0, length)) }
}
