/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function chanceFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A vector of length 1 in a direction of chance, or one that is `spread` away from `near`. */
export function unitVector(
  length: number,
  chance: () => number,
  near?: Float32Array,
  spread = 1,
): Float32Array {
  const vector = Float32Array.from({ length }, (_, i) => (near?.[i] ?? 0) + spread * gauss(chance))
  let squares = 0
  for (const number of vector) squares += number * number
  const size = Math.sqrt(squares)
  return vector.map((number) => number / size)
}

/** Nearly normal, with a variance of 1: the sum of four equal chances. */
const gauss = (chance: () => number) => (chance() + chance() + chance() + chance() - 2) * Math.sqrt(3)
