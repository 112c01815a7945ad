import type { TextPiece } from '../domain/document.ts'

/** So much text is gathered before it is divided; the last sentence of it waits for what follows. */
const BLOCK = 64 * 1024

/** What goes on for longer is no sentence: it is divided where it stands. */
const LONGEST = 4 * BLOCK

/** What begins a paragraph of its own: items of lists, headings, quotes, rows of tables; and what follows a heading. */
const STARTS = /\n(?=[ \t]*(?:[-*+>|#]|\d{1,9}[.)])[ \t|#>])|(?<=(?:^|\n)#{1,6} [^\n]{0,500})\n/

/**
 * The sentences of a text in order, by the rules of Unicode for them (UAX 29). Lines of a paragraph are one text; empty
 * lines, and lines that begin an item or a heading, end a sentence. Nothing but white space is left out.
 */
export async function* sentences(pieces: AsyncIterable<TextPiece>): AsyncGenerator<string, void> {
  let text = ''
  for await (const piece of pieces) {
    if (text !== '' && !/\s$/.test(text)) text += '\n\n'
    text += piece.text
    if (text.length < BLOCK) continue
    const found = divide(text)
    const last = found.pop()
    yield* found.map(({ sentence }) => sentence)
    text = last ? text.slice(last.at) : ''
    if (last && text.length > LONGEST) {
      yield last.sentence
      text = ''
    }
  }
  yield* divide(text).map(({ sentence }) => sentence)
}

interface Found {
  sentence: string
  /** Where it begins. */
  at: number
}

function divide(text: string): Found[] {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' })
  const found: Found[] = []
  let at = 0
  for (const paragraph of text.split(/(\n[ \t]*\n\s*)/).flatMap((part) => part.split(STARTS))) {
    const start = text.indexOf(paragraph, at)
    // As long as before, so that places stay the same.
    for (const { segment, index } of segmenter.segment(paragraph.replaceAll('\n', ' '))) {
      const sentence = segment.trim()
      if (sentence !== '') found.push({ sentence, at: start + index })
    }
    at = start + paragraph.length
  }
  return found
}

/** Chunks of `most` sentences, the first `overlap` of which are the last of the chunk before. */
export async function* sentenceChunks(
  all: AsyncIterable<string>,
  { mostSentences, overlapSentences }: { mostSentences: number; overlapSentences: number },
): AsyncGenerator<string, void> {
  let chunk: string[] = []
  let fresh = 0
  for await (const sentence of all) {
    chunk.push(sentence)
    fresh++
    if (chunk.length < mostSentences) continue
    yield chunk.join(' ')
    chunk = overlapSentences === 0 ? [] : chunk.slice(-overlapSentences)
    fresh = 0
  }
  if (fresh > 0) yield chunk.join(' ')
}
