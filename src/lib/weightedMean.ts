/** The direction of the sum of vectors of one length, each times its weight, as a unit vector. */
export function weightedMean(
  vectors: readonly Float32Array[],
  weights: readonly number[] = [],
): Float32Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0)
  for (const [which, vector] of vectors.entries())
    for (const [at, value] of vector.entries()) sum[at] = (sum[at] ?? 0) + value * (weights[which] ?? 1)
  const norm = Math.hypot(...sum)
  return Float32Array.from(sum, (value) => (norm === 0 ? 0 : value / norm))
}
