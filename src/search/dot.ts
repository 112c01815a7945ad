/**
 * The product of `one` and the numbers of `rows` from `start` on. With four sums, because each addition would otherwise
 * wait for the one before; the order of the additions is part of the result.
 */
export function dot(one: Float32Array, rows: Float32Array, start: number): number {
  const length = one.length
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let i = 0
  for (; i + 3 < length; i += 4) {
    a += (one[i] ?? 0) * (rows[start + i] ?? 0)
    b += (one[i + 1] ?? 0) * (rows[start + i + 1] ?? 0)
    c += (one[i + 2] ?? 0) * (rows[start + i + 2] ?? 0)
    d += (one[i + 3] ?? 0) * (rows[start + i + 3] ?? 0)
  }
  for (; i < length; i++) a += (one[i] ?? 0) * (rows[start + i] ?? 0)
  return a + b + (c + d)
}

/** The Euclidean length. */
export const lengthOf = (vector: Float32Array): number => Math.sqrt(dot(vector, vector, 0))
