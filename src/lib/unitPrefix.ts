/**
 * The first `length` numbers of a vector, scaled to unit length again (Matryoshka representation learning,
 * arXiv:2205.13147). A vector that is no longer than that, and a prefix of zeros, comes back as it is.
 */
export function unitPrefix(vector: Float32Array, length: number): Float32Array {
  if (vector.length <= length) return vector
  const prefix = vector.slice(0, length)
  const norm = Math.hypot(...prefix)
  return norm === 0 ? prefix : prefix.map((value) => value / norm)
}
