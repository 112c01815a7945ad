import type { Ruler } from './ruler.ts'

// Words of scripts that put no spaces between them are looked for this far from where one is wanted.
const WORD_REACH = 128

const LOWER_CASE = /\p{Ll}/u
const CLOSES = '"\'”’»)]'
const ENDS_SENTENCE = '.!?…'
const ENDS_SENTENCE_WITHOUT_SPACE = '。！？｡'

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
  const around = text.slice(context, reach)
  if (!WITHOUT_SPACES.test(around)) return from
  const begins = wordBorders(around).map((border) => context + border)
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
  if (!isSpace(text, border - 1)) return ENDS_SENTENCE_WITHOUT_SPACE.includes(text[border - 1] ?? ' ')
  const closes = CLOSES.includes(text[border - 2] ?? ' ') ? 1 : 0
  if (!ENDS_SENTENCE.includes(text[border - 2 - closes] ?? ' ')) return false
  // A lower-case letter after the space: the point was of an abbreviation.
  return !LOWER_CASE.test(text[border] ?? '')
}

function lastWord(half: Stretch, from: number): number | undefined {
  const { text, to } = half
  const near = lastSpace(half)
  if (near !== undefined) return near
  const reach = Math.max(half.from, to - WORD_REACH)
  const tail = text.slice(reach, to)
  if (!WITHOUT_SPACES.test(tail)) return lastSpace({ ...half, from, to: half.from })
  const borders = wordBorders(tail).map((border) => reach + border)
  return borders.findLast((border) => border > reach && half.ruler.isBorder(border))
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

// As `\s` in a regular expression, which takes four times as long.
function isSpace(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d)
  return code >= 0xa0 && OTHER_SPACES.includes(text[index] ?? '')
}

const OTHER_SPACES =
  '\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'

/** Where words and what stands between them begin. */
const wordBorders = (text: string): number[] => Array.from(WORDS.segment(text), ({ index }) => index)
