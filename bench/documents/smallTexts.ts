import { makeChance } from '../builtin/chance.ts'

const VOCABULARY = 8_000
const LEAST_BYTES = 500
const MOST_BYTES = 3_000
const SYLLABLES = [
  'an',
  'be',
  'cor',
  'der',
  'el',
  'fi',
  'gan',
  'ho',
  'in',
  'la',
  'mer',
  'no',
  'or',
  'per',
  'sta',
]

/** Texts of 500 to 3,000 bytes, with words that are as often as those of a language, sentences and paragraphs. */
export function smallTexts(count: number): string[] {
  const random = makeChance(7)
  const words = Array.from({ length: VOCABULARY }, () =>
    Array.from(
      { length: 1 + Math.floor(random() * 4) },
      () => SYLLABLES[Math.floor(random() * SYLLABLES.length)],
    ).join(''),
  )
  // Of rank r one word in r (Zipf): the exponential of an even chance.
  const word = () => words[Math.floor(VOCABULARY ** random()) - 1] ?? ''
  return Array.from({ length: count }, () => {
    const length = LEAST_BYTES + random() * (MOST_BYTES - LEAST_BYTES)
    let text = ''
    while (text.length < length) {
      const sentence = Array.from({ length: 5 + Math.floor(random() * 15) }, word).join(' ')
      text += `${sentence}.${random() < 0.2 ? '\n\n' : ' '}`
    }
    return text
  })
}
