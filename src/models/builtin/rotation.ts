import { DIMENSION } from './facts.ts'
import { mix, nextRandom } from './mix.ts'
import { finishedVector } from './unitLength.ts'

export interface Block {
  /** Unit length, or zero where the input has nothing of it. */
  entries: Float64Array
  /** The block's share of the squared length of the whole; the shares of all blocks add up to 1. */
  share: number
}

/** Lays blocks one after the other, each with its share of the energy. */
export function joinBlocks(blocks: readonly Block[]): Float64Array {
  const joined = new Float64Array(blocks.reduce((size, { entries }) => size + entries.length, 0))
  let at = 0
  for (const { entries, share } of blocks) {
    const weight = Math.sqrt(share)
    for (let i = 0; i < entries.length; i++) joined[at++] = weight * (entries[i] ?? 0)
  }
  return joined
}

/**
 * Makes the map from joined blocks to finished vectors: a subsampled randomized Hadamard transform (random signs,
 * Walsh-Hadamard transform, random order, the first 512 entries). Cosines are kept up to chance, exactly when `size`
 * is 512, and every prefix is a fair random projection too.
 *
 * @param size a power of two, at least 512 and at least the length of what will be rotated
 * @param seed every modality has its own, so that vectors of different ones are unrelated
 */
export function makeRotation(size: number, seed: number): (entries: Float64Array) => Float32Array {
  const signs = randomSigns(size, seed)
  const order = randomOrder(size, seed).subarray(0, DIMENSION)
  return (entries) => {
    const work = new Float64Array(size)
    for (let i = 0; i < entries.length; i++) work[i] = (signs[i] ?? 0) * (entries[i] ?? 0)
    hadamard(work)
    const chosen = new Float64Array(DIMENSION)
    for (let i = 0; i < DIMENSION; i++) chosen[i] = work[order[i] ?? 0] ?? 0
    return finishedVector(chosen)
  }
}

function randomSigns(size: number, seed: number): Int8Array {
  const start = Math.imul(seed, 0x9e3779b1)
  return Int8Array.from({ length: size }, (_, i) => (mix((start + i) | 0) & 1 ? 1 : -1))
}

// Fisher-Yates.
function randomOrder(size: number, seed: number): Uint16Array {
  const order = Uint16Array.from({ length: size }, (_, i) => i)
  let random = seed
  for (let last = size - 1; last > 0; last--) {
    random = nextRandom(random)
    const other = random % (last + 1)
    const moved = order[last] ?? 0
    order[last] = order[other] ?? 0
    order[other] = moved
  }
  return order
}

function hadamard(entries: Float64Array): void {
  for (let half = 1; half < entries.length; half *= 2) {
    for (let start = 0; start < entries.length; start += 2 * half) {
      for (let i = start; i < start + half; i++) {
        const left = entries[i] ?? 0
        const right = entries[i + half] ?? 0
        entries[i] = left + right
        entries[i + half] = left - right
      }
    }
  }
}
