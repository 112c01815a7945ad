/** Letters, digits and their marks, with apostrophes inside: "don't" is one run. */
export const RUN = /[\p{L}\p{N}\p{M}]+(?:['’]\p{L}+)*/gu

const NOT_ASCII = /[^\0-\x7f]/
// Scripts that are written without spaces.
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const APOSTROPHE = /['’]/
const APOSTROPHES = /['’]/g
const POSSESSIVE = /['’]s$/

/** True for a run whose every character counts as a word. */
export const isUnspaced = (run: string): boolean => NOT_ASCII.test(run) && UNSPACED.test(run)

export interface WordCounts {
  /** How often each word occurs. */
  words: Map<string, number>
  /** How often each pair of neighbouring characters occurs in scripts that are written without spaces. */
  pairs: Map<string, number>
}

/** Adds the words of a folded text to `counts`, in the order of their first occurrence. */
export function countWords(folded: string, { words, pairs }: WordCounts): void {
  for (const run of folded.match(RUN) ?? []) {
    const word = APOSTROPHE.test(run) ? run.replace(POSSESSIVE, '').replace(APOSTROPHES, '') : run
    if (isUnspaced(word)) countCharacters(Array.from(word), words, pairs)
    else countOne(words, word)
  }
}

function countCharacters(characters: string[], words: Map<string, number>, pairs: Map<string, number>): void {
  let before: string | undefined
  for (const character of characters) {
    countOne(words, character)
    if (before !== undefined) countOne(pairs, before + character)
    before = character
  }
}

const countOne = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
