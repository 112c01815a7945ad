import { readFileSync } from 'node:fs'

/** How much a folded word says about its text, 0..1: little for "the", all for a word that is rare. */
export type WordWeight = (word: string) => number

const ENGLISH = /^[a-z]+$/
const DIGITS = /^\p{N}+$/u
// In scripts without a table the length stands for rarity.
const BY_LENGTH = [0, 0.1, 0.2, 0.4, 0.65, 0.8, 0.9].map(Math.sqrt)

/** Reads the table of English words that comes with the model. */
export function openWordWeights(): WordWeight {
  const table = parseTable(readFileSync(new URL('english-weights.txt', import.meta.url), 'utf8'))
  return (word) => {
    if (ENGLISH.test(word)) return table.get(word) ?? 1
    if (DIGITS.test(word)) return 1
    return BY_LENGTH[Array.from(word).length] ?? 1
  }
}

// Lines of a weight and the words that have it; lines with `#` are for people.
function parseTable(lines: string): Map<string, number> {
  const table = new Map<string, number>()
  for (const line of lines.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const [weight, ...words] = line.split(' ')
    for (const word of words) table.set(word, Number(weight))
  }
  return table
}
