// Shorter than this, a block holds rounding only, which must not be blown up to unit length.
const NOTHING = 1e-9

type Numbers = Float32Array | Float64Array

/** Scales to unit length in place and returns the same array. What has no length stays zero. */
export function scaleToUnit<T extends Numbers>(entries: T): T {
  let squares = 0
  for (let i = 0; i < entries.length; i++) squares += (entries[i] ?? 0) ** 2
  const length = Math.sqrt(squares)
  const scale = length < NOTHING ? 0 : 1 / length
  for (let i = 0; i < entries.length; i++) entries[i] = (entries[i] ?? 0) * scale
  return entries
}

/**
 * Unit length without the part that all entries share, in place. Histograms of unrelated pictures or sounds have
 * most of their length in that part; without it unrelated blocks are about orthogonal.
 */
export function centreToUnit<T extends Numbers>(entries: T): T {
  scaleToUnit(entries)
  let mean = 0
  for (let i = 0; i < entries.length; i++) mean += entries[i] ?? 0
  mean /= entries.length
  for (let i = 0; i < entries.length; i++) entries[i] = (entries[i] ?? 0) - mean
  return scaleToUnit(entries)
}

/** Square roots that keep their sign, in place: large entries no longer drown the small ones. */
export function signedSquareRoots<T extends Numbers>(entries: T): T {
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] ?? 0
    entries[i] = Math.sign(entry) * Math.sqrt(Math.abs(entry))
  }
  return entries
}

/** A finished vector: unit length, and the first axis for an input that has no feature at all. */
export function finishedVector(entries: Numbers): Float32Array {
  const unit = scaleToUnit(Float64Array.from(entries))
  if (unit.every((entry) => entry === 0)) unit[0] = 1
  return Float32Array.from(unit)
}

/** The mean direction of unit vectors of one length, at least one. */
export function meanDirection(vectors: readonly Float32Array[]): Float32Array {
  const sums = new Float64Array(vectors[0]?.length ?? 0)
  for (const vector of vectors)
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (vector[i] ?? 0)
  return finishedVector(sums)
}
