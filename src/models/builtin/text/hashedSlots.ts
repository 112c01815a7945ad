import { DIMENSION } from '../facts.ts'
import { nextRandom } from '../mix.ts'

/** Each feature touches this many of the numbers, one in each block of 64, so that any multiple of 64 is a fair prefix. */
export const SLOTS_PER_FEATURE = 8
const BLOCK_BITS = 6
const BLOCK_MASK = (1 << BLOCK_BITS) - 1

/** Sums are kept apart by sign: slot `i` adds to number `i`, slot `512 + i` takes from it. */
export const SUMS = 2 * DIMENSION

/** Seeds of the kinds of features, so that a stem and an equal gram are different features. */
export const STEM_SEED = 0x51ed270b
export const GRAM_SEED = 0x2545f491
export const PAIR_SEED = 0x68e31da4

/** Writes the slots of the feature `text[start..end)` to `slots[at..at + 8)`. */
export function writeSlots(
  slots: Uint16Array,
  at: number,
  text: string,
  start: number,
  end: number,
  seed: number,
): void {
  let random = hashUnits(text, start, end, seed)
  for (let block = 0; block < SLOTS_PER_FEATURE; block++) {
    random = nextRandom(random)
    const slot = (block << BLOCK_BITS) + (random & BLOCK_MASK)
    slots[at + block] = random >>> 31 === 1 ? slot : slot + DIMENSION
  }
}

// A multiply-xor hash over UTF-16 units with the finish of MurmurHash3.
function hashUnits(text: string, start: number, end: number, seed: number): number {
  let hash = seed
  for (let i = start; i < end; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x5bd1e995)
    hash ^= hash >>> 15
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** Adds `weight` to every slot. */
export function scatter(sums: Float64Array, slots: Uint16Array, weight: number): void {
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i] ?? 0
    sums[slot] = (sums[slot] ?? 0) + weight
  }
}
