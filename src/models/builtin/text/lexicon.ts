import { GRAM_SEED, SLOTS_PER_FEATURE, STEM_SEED, writeSlots } from './hashedSlots.ts'
import { stemWord } from './stemWord.ts'
import type { WordWeight } from './wordWeights.ts'

/** All that a word adds to the vector of its text, worked out once. */
export interface WordEntry {
  stem: string
  weight: number
  stemSlots: Uint16Array
  /** The slots of all its grams; empty for words that have none. */
  gramSlots: Uint16Array
  /** Grams share the energy of one word: one over the square root of their number. */
  gramShare: number
}

export type Lexicon = (word: string) => WordEntry

const HANGUL = /\p{Script=Hangul}/u
const GRAM_LENGTHS = [3, 4, 5]
// Korean words are short and end in particles.
const HANGUL_GRAM_LENGTHS = [2, 3]

const KEPT_WORDS = 20_000
// An entry takes about 50 bytes a letter; longer words are rare, and a text may be one endless word.
const KEPT_WORD_UNITS = 32

/** A memory of words for speed only: entries depend on the word alone. */
export function makeLexicon(weightOf: WordWeight): Lexicon {
  const kept = new Map<string, WordEntry>()
  return (word) => {
    const known = kept.get(word)
    if (known !== undefined) return known
    const entry = makeEntry(word, weightOf(word))
    if (word.length > KEPT_WORD_UNITS) return entry
    if (kept.size >= KEPT_WORDS) kept.clear()
    kept.set(word, entry)
    return entry
  }
}

function makeEntry(word: string, weight: number): WordEntry {
  const stem = stemWord(word)
  const stemSlots = new Uint16Array(SLOTS_PER_FEATURE)
  writeSlots(stemSlots, 0, stem, 0, stem.length, STEM_SEED)
  const gramSlots = slotsOfGrams(word)
  const grams = gramSlots.length / SLOTS_PER_FEATURE
  return { stem, weight, stemSlots, gramSlots, gramShare: grams === 0 ? 0 : 1 / Math.sqrt(grams) }
}

// Grams survive typing errors: most of a damaged word's grams are still those of the right one.
function slotsOfGrams(word: string): Uint16Array {
  const hangul = HANGUL.test(word)
  const characters = Array.from(word).length
  if (characters < (hangul ? 2 : 3)) return new Uint16Array(0)
  const lengths = hangul ? HANGUL_GRAM_LENGTHS : GRAM_LENGTHS
  const framed = `<${word}>`
  const count = lengths.reduce((sum, length) => sum + Math.max(0, framed.length - length + 1), 0)
  const slots = new Uint16Array(count * SLOTS_PER_FEATURE)
  let at = 0
  for (const length of lengths) {
    for (let start = 0; start + length <= framed.length; start++) {
      writeSlots(slots, at, framed, start, start + length, GRAM_SEED)
      at += SLOTS_PER_FEATURE
    }
  }
  return slots
}
