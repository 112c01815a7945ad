const GOLDEN_RATIO = 0x9e3779b9

/** Turns 32 bits into 32 others that look unrelated: the bijection "lowbias32". The result is unsigned. */
export function mix(bits: number): number {
  let x = Math.imul(bits ^ (bits >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}

/** The successor of `state` in the pseudo-random sequence that all fixed choices of the model are drawn from. */
export const nextRandom = (state: number): number => mix((state + GOLDEN_RATIO) | 0)
