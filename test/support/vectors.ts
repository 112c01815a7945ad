/** The cosine of the angle between two vectors of one dimension. */
export const cosine = (one: ArrayLike<number>, other: ArrayLike<number>): number =>
  dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other))

function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < one.length; i++) sum += one[i]! * other[i]!
  return sum
}

/** The entries that golden values are kept of: from every part of a vector of 512. */
export const entriesAt = (vector: Float32Array): number[] =>
  [0, 1, 63, 64, 127, 200, 255, 300, 400, 511].map((i) => vector[i]!)
