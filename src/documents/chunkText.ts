import type { Chunk, ChunkSettings, Place, TextPiece } from '../domain/document.ts'
import { EmbedlineError } from '../domain/errors.ts'
import { bestBorder, firstWord } from './borders.ts'
import { makeRuler, type Ruler } from './ruler.ts'

// So much text is gathered before it is measured and cut; what is left over waits for more.
const BLOCK = 64 * 1024

const MOST_DEFAULT_OVERLAP = 512

/** How far neighbouring chunks overlap when only their size is given; characters. */
export const defaultOverlap = (sizeCharacters: number): number =>
  Math.min(MOST_DEFAULT_OVERLAP, Math.floor(sizeCharacters / 2))

/**
 * Cuts text into chunks of at most `sizeCharacters`, at the ends of paragraphs, lines, sentences or words. Every
 * character but white space is in some chunk, in order; a chunk begins with at most `overlapCharacters` of the one
 * before it, from the beginning of a word on. A chunk may hold several pages, rows or cues, but never text of two
 * headings, sheets or articles. Where pieces that continue each other begin makes no difference. Memory does not grow
 * with the text. Throws `request_invalid` for settings that make no sense.
 */
export async function* chunkText(
  pieces: Iterable<TextPiece> | AsyncIterable<TextPiece>,
  settings: ChunkSettings,
): AsyncGenerator<Chunk, void> {
  checkSettings(settings)
  let section: Section | undefined
  for await (const piece of pieces) {
    if (section && !isSameSection(section.first, piece)) {
      yield* section.finish()
      section = undefined
    }
    section ??= startSection(piece, settings)
    yield* section.add(piece)
  }
  if (section) yield* section.finish()
}

function checkSettings({ sizeCharacters, overlapCharacters }: ChunkSettings): void {
  if (!Number.isSafeInteger(sizeCharacters) || sizeCharacters < 1)
    throw invalid('chunks.sizeCharacters', 'The size of chunks must be a whole number from 1.')
  if (
    !Number.isSafeInteger(overlapCharacters) ||
    overlapCharacters < 0 ||
    overlapCharacters >= sizeCharacters
  )
    throw invalid('chunks.overlapCharacters', 'The overlap must be a whole number from 0 and below the size.')
}

const invalid = (field: string, message: string) => new EmbedlineError('request_invalid', message, { field })

const isSameSection = (first: TextPiece, other: TextPiece): boolean =>
  !first.alone &&
  !other.alone &&
  first.place.heading === other.place.heading &&
  first.place.sheet === other.place.sheet &&
  first.place.articleUrl === other.place.articleUrl

/** Text that is cut without a regard to the pieces in which it came. */
interface Section {
  readonly first: TextPiece
  /** Takes text; gives the chunks that no later text can change. */
  add(piece: TextPiece): Generator<Chunk, void>
  /** Gives the last chunks. */
  finish(): Generator<Chunk, void>
}

function startSection(first: TextPiece, settings: ChunkSettings): Section {
  let text = ''
  let endsInSpace = true
  let marks: Mark[] = []
  // All before `covered` is in a chunk; the next one begins at `start`.
  let start = 0
  let covered = 0
  let wanted = BLOCK

  function* cut(isLast: boolean): Generator<Chunk, void> {
    const ruler = makeRuler(text)
    for (;;) {
      const limit = ruler.forward(start, settings.sizeCharacters)
      const isRest = limit === text.length
      if (!isLast && (isRest || limit >= ruler.lastBegins)) break
      const end = isRest ? limit : bestBorder(text, ruler, covered, limit)
      const chunk = toChunk(text, marks, start, end)
      if (chunk && text.slice(covered, end).trim() !== '') yield chunk
      start = isRest ? end : nextStart(text, ruler, { start, end }, settings)
      covered = end
      if (isRest) break
    }
    marks = marksFrom(marks, start)
    text = text.slice(start)
    covered -= start
    start = 0
    // What one character of endless marks has grown to is not measured again and again.
    wanted = text.length + Math.max(BLOCK, text.length)
  }

  return {
    first,
    *add(piece) {
      if (piece.text === '') return
      if (!endsInSpace) text += '\n\n'
      endsInSpace = /\s/.test(piece.text.at(-1) ?? '')
      marks.push({ at: text.length, place: piece.place })
      for (let at = 0; at < piece.text.length; at += BLOCK) {
        text += piece.text.slice(at, at + BLOCK)
        if (text.length >= wanted) yield* cut(false)
      }
    },
    finish: () => cut(true),
  }
}

/** The chunk after one that ends at `end` begins at a word, as far back as the overlap allows. */
function nextStart(
  text: string,
  ruler: Ruler,
  last: { start: number; end: number },
  { overlapCharacters }: ChunkSettings,
): number {
  if (overlapCharacters === 0) return last.end
  const earliest = Math.max(last.start, ruler.backward(last.end, overlapCharacters))
  return firstWord(text, ruler, last.start, earliest, last.end)
}

/** From `at` on the text is of this place. */
interface Mark {
  at: number
  place: Place
}

function toChunk(text: string, marks: readonly Mark[], start: number, end: number): Chunk | undefined {
  const kept = text.slice(start, end).trimEnd()
  const chunk = kept.trimStart()
  if (chunk === '') return undefined
  const first = placeAt(marks, start + kept.length - chunk.length)
  const { endSec } = placeAt(marks, start + kept.length - 1)
  return { text: chunk, place: endSec === undefined ? first : { ...first, endSec } }
}

const placeAt = (marks: readonly Mark[], index: number): Place => marks[markAt(marks, index)]?.place ?? {}

/** The index of the last mark that is not after `index`. */
function markAt(marks: readonly Mark[], index: number): number {
  let low = 0
  let high = marks.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((marks[middle]?.at ?? 0) <= index) low = middle
    else high = middle - 1
  }
  return low
}

/** The marks that still matter for text from `start` on, for the text without what is before. */
const marksFrom = (marks: readonly Mark[], start: number): Mark[] =>
  marks.slice(markAt(marks, start)).map(({ at, place }) => ({ at: Math.max(0, at - start), place }))
