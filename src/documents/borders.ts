import type { Ruler } from './ruler.ts'

// Words of scripts that put no spaces between them are looked for this far from where one is wanted.
const WORD_REACH = 128

const SPACE = /\s/
const LOWER_CASE = /\p{Ll}/u
const CLOSES = /["'”’»)\]]/
const ENDS_SENTENCE = /[.!?…]/
const ENDS_SENTENCE_WITHOUT_SPACE = /[。！？｡]/

// Thai, Lao, Burmese, Khmer, kana and Chinese characters.
const WITHOUT_SPACES = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]/

const WORDS = new Intl.Segmenter('und', { granularity: 'word' })

/**
 * The best place to end a chunk after `from` and not after `to`, both of them borders of characters: the end of a
 * paragraph, a line, a sentence, a word, in this order and as late as possible; `to` when there is none. Ends in the
 * first half would make chunks too small to be worth it, and count only for words.
 */
export function bestBorder(text: string, ruler: Ruler, from: number, to: number): number {
  const half = from + ((to - from) >> 1)
  const tail = text.slice(half, to)
  for (const separator of ['\n\n', '\n']) {
    const at = tail.lastIndexOf(separator)
    if (at >= 0) return half + at + separator.length
  }
  const stretch: Stretch = { text, ruler, from: half, to }
  return lastSentence(stretch) ?? lastWord(stretch, from) ?? to
}

/**
 * The first word that begins at `from` or after it and before `to`. When a single word reaches over all of the
 * stretch, this is `from` itself; when a word ends in it but none begins, `to`. What stands before `floor`, where a word
 * begins, is not looked at.
 */
export function firstWord(text: string, ruler: Ruler, floor: number, from: number, to: number): number {
  if (from === floor || isSpace(text, from - 1)) return skipSpace(text, from, to)
  const space = nextSpace({ text, ruler, from, to })
  if (space !== undefined) return skipSpace(text, space, to)
  const context = Math.max(floor, from - WORD_REACH)
  const reach = Math.min(to, from + WORD_REACH)
  const begins = wordBorders(text.slice(context, reach)).map((border) => context + border)
  return begins.find((border) => border >= from && border < reach && ruler.isBorder(border)) ?? from
}

/** A part of a text, by indices of code units. */
interface Stretch {
  text: string
  ruler: Ruler
  from: number
  to: number
}

function lastSentence({ text, ruler, from, to }: Stretch): number | undefined {
  for (let border = to; border > from; border--)
    if (endsSentence(text, border) && ruler.isBorder(border)) return border
  return undefined
}

function endsSentence(text: string, border: number): boolean {
  const before = text[border - 1] ?? ''
  if (ENDS_SENTENCE_WITHOUT_SPACE.test(before)) return true
  // A lower-case letter after the space: the point was of an abbreviation.
  if (!SPACE.test(before) || LOWER_CASE.test(text[border] ?? '')) return false
  const last = text[border - 2] ?? ''
  return ENDS_SENTENCE.test(CLOSES.test(last) ? (text[border - 3] ?? '') : last)
}

function lastWord(half: Stretch, from: number): number | undefined {
  const { text, to } = half
  const near = lastSpace(half)
  if (near !== undefined) return near
  const reach = Math.max(half.from, to - WORD_REACH)
  const tail = text.slice(reach, to)
  const far = WITHOUT_SPACES.test(tail) ? undefined : lastSpace({ ...half, from, to: half.from })
  return far ?? lastWordWithoutSpaces(half, tail, reach)
}

function lastWordWithoutSpaces({ ruler }: Stretch, tail: string, from: number): number | undefined {
  const borders = wordBorders(tail).map((border) => from + border)
  return borders.findLast((border) => border > from && ruler.isBorder(border))
}

/** The index after the last white space. */
function lastSpace({ text, ruler, from, to }: Stretch): number | undefined {
  for (let border = to; border > from; border--)
    if (isSpace(text, border - 1) && ruler.isBorder(border)) return border
  return undefined
}

/** The index after the first white space. */
function nextSpace({ text, ruler, from, to }: Stretch): number | undefined {
  for (let border = from + 1; border <= to; border++)
    if (isSpace(text, border - 1) && ruler.isBorder(border)) return border
  return undefined
}

function skipSpace(text: string, from: number, to: number): number {
  let index = from
  while (index < to && isSpace(text, index)) index++
  return index
}

const isSpace = (text: string, index: number): boolean => SPACE.test(text[index] ?? '')

/** Where words and what stands between them begin. */
const wordBorders = (text: string): number[] => Array.from(WORDS.segment(text), ({ index }) => index)
