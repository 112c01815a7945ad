import { DIMENSION } from '../facts.ts'
import type { Steps } from '../turns.ts'
import { finishedVector } from '../unitLength.ts'
import { foldText } from './foldText.ts'
import { PAIR_SEED, scatter, SLOTS_PER_FEATURE, SUMS, writeSlots } from './hashedSlots.ts'
import { makeLexicon } from './lexicon.ts'
import type { Lexicon } from './lexicon.ts'
import { countWords } from './splitWords.ts'
import type { WordCounts } from './splitWords.ts'
import { textPieces } from './textPieces.ts'
import { openWordWeights } from './wordWeights.ts'

const FEATURES_PER_STEP = 500

/**
 * Makes the function from text to unit vector: hashed stems, character grams and character pairs, each weighted by
 * how much its word says and by 1 + ln of its count. A text without any word is the first axis.
 */
export function makeTextEmbedder(): (text: string) => Steps<Float32Array> {
  const lexicon = makeLexicon(openWordWeights())
  return function* (text) {
    const counts: WordCounts = { words: new Map(), pairs: new Map() }
    for (const piece of textPieces(text)) {
      countWords(foldText(piece), counts)
      yield
    }
    const sums = new Float64Array(SUMS)
    yield* addWords(sums, counts.words, lexicon)
    yield* addPairs(sums, counts.pairs)
    return finishedVector(differences(sums))
  }
}

interface StemSum {
  count: number
  /** The least of its words': a stem with a frequent form is no rare stem. */
  weight: number
  slots: Uint16Array
}

function* addWords(sums: Float64Array, words: ReadonlyMap<string, number>, lexicon: Lexicon): Steps<void> {
  const stems = new Map<string, StemSum>()
  let features = 0
  for (const [word, count] of words) {
    const { stem, weight, stemSlots, gramSlots, gramShare } = lexicon(word)
    const sum = stems.get(stem)
    if (sum === undefined) stems.set(stem, { count, weight, slots: stemSlots })
    else {
      sum.count += count
      sum.weight = Math.min(sum.weight, weight)
    }
    scatter(sums, gramSlots, dampened(count) * weight * gramShare)
    if (++features % FEATURES_PER_STEP === 0) yield
  }
  for (const { count, weight, slots } of stems.values()) {
    scatter(sums, slots, dampened(count) * weight)
    if (++features % FEATURES_PER_STEP === 0) yield
  }
}

function* addPairs(sums: Float64Array, pairs: ReadonlyMap<string, number>): Steps<void> {
  const slots = new Uint16Array(SLOTS_PER_FEATURE)
  let features = 0
  for (const [pair, count] of pairs) {
    writeSlots(slots, 0, pair, 0, pair.length, PAIR_SEED)
    scatter(sums, slots, dampened(count))
    if (++features % FEATURES_PER_STEP === 0) yield
  }
}

const dampened = (count: number): number => 1 + Math.log(count)

function differences(sums: Float64Array): Float64Array {
  const entries = new Float64Array(DIMENSION)
  for (let i = 0; i < DIMENSION; i++) entries[i] = (sums[i] ?? 0) - (sums[i + DIMENSION] ?? 0)
  return entries
}
