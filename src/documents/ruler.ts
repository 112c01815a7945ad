/** Measures a text in characters as a reader counts them: grapheme clusters of Unicode UAX 29. */
export interface Ruler {
  /** The index after `count` characters from the border `index` on; the end of the text when it has fewer. */
  forward(index: number, count: number): number
  /** The index before `count` characters up to the border `index`; 0 when there are fewer. */
  backward(index: number, count: number): number
  /** True where a character begins, and at the end of the text. */
  isBorder(index: number): boolean
  /** Where the last character begins: text that follows may still become a part of it. */
  readonly lastBegins: number
}

// Code units that are a character each, whatever simple one stands beside them: no marks that combine, no joiners, no
// surrogates, no carriage return, no letters that are put together (Hangul jamo, the scripts of India).
const SIMPLE = [
  '\\x00-\\x0c\\x0e-\\u02ff', // Latin
  '\\u0370-\\u0482\\u048a-\\u0590\\u05d0-\\u05ea\\u0620-\\u064a', // Greek, Cyrillic, Armenian, Hebrew, Arabic
  '\\u0e01-\\u0e30\\u1e00-\\u1fff\\u2010-\\u2027\\u2030-\\u205e\\u20a0-\\u20bf\\u2190-\\u23ff', // Thai, Latin, signs
  '\\u3000-\\u3029\\u3030-\\u3096\\u309b-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7a3\\uff01-\\uff9d', // East Asia
].join('')

// A simple one beside another kind may belong to it, so it is measured with it. Matches may touch.
const STRETCHES = new RegExp(`[${SIMPLE}]?[^${SIMPLE}]+(?:[${SIMPLE}](?![^${SIMPLE}]))?`, 'g')
const NOT_SIMPLE = new RegExp(`[^${SIMPLE}]`)

const CHARACTERS = new Intl.Segmenter('und', { granularity: 'grapheme' })

export function makeRuler(text: string): Ruler {
  return NOT_SIMPLE.test(text) ? makeMarkedRuler(text) : makePlainRuler(text.length)
}

/** Every code unit is a character. */
const makePlainRuler = (length: number): Ruler => ({
  forward: (index, count) => Math.min(length, index + count),
  backward: (index, count) => Math.max(0, index - count),
  isBorder: () => true,
  lastBegins: Math.max(0, length - 1),
})

function makeMarkedRuler(text: string): Ruler {
  const borders = findBorders(text)
  const last = borders.length - 1
  const at = (place: number): number => borders[Math.min(last, Math.max(0, place))] ?? 0
  return {
    forward: (index, count) => at(placeOf(borders, index) + count),
    backward: (index, count) => at(placeOf(borders, index) - count),
    isBorder: (index) => borders[placeOf(borders, index)] === index,
    lastBegins: at(last - 1),
  }
}

/** Where characters begin, in order, and the end of the text. */
function findBorders(text: string): Uint32Array {
  const borders = new Uint32Array(text.length + 1)
  let count = 0
  let index = 0
  const eachTo = (end: number): void => {
    while (index < end) borders[count++] = index++
  }
  for (const { start, end } of mixedStretches(text)) {
    eachTo(start)
    for (const segment of CHARACTERS.segment(text.slice(start, end))) borders[count++] = start + segment.index
    index = end
  }
  eachTo(text.length)
  borders[count++] = text.length
  return borders.subarray(0, count)
}

function* mixedStretches(text: string): Generator<{ start: number; end: number }, void> {
  let start = 0
  let end = 0
  for (const { 0: stretch, index } of text.matchAll(STRETCHES)) {
    if (index > end) {
      yield { start, end }
      start = index
    }
    end = index + stretch.length
  }
  yield { start, end }
}

/** The place of the last border that is not after `index`. */
function placeOf(borders: Uint32Array, index: number): number {
  let low = 0
  let high = borders.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((borders[middle] ?? 0) <= index) low = middle
    else high = middle - 1
  }
  return low
}
