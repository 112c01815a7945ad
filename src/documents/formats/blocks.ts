import type { Place, TextPiece } from '../../domain/document.ts'

export interface Paragraph {
  text: string
  isHeading: boolean
  /** The nearest heading above, or the heading itself. */
  heading?: string
}

/** Gathers the text of a document with paragraphs and headings, as a reader would see it. */
export interface BlockWriter {
  /** Text in a line; white space in it is as wide as one space. */
  inline(text: string): void
  /** Text whose lines and spaces matter. */
  verbatim(text: string): void
  lineBreak(): void
  /** Before the text of an item of a list. */
  bullet(): void
  /** Before each cell of a table's row. */
  cell(): void
  paragraphBreak(): void
  /** A break of the paragraph, unless a cell, a row or the end of the table comes next. */
  breakInCell(): void
  /** What follows, up to the next break of a paragraph, is a heading. */
  startHeading(): void
  /** The paragraphs that have come to an end since this was asked. */
  take(): Paragraph[]
}

// What never ends is divided all the same.
const LONGEST_PARAGRAPH = 256 * 1024

const BULLET = '- '
const CELL_BORDER = ' | '

export function makeBlockWriter(): BlockWriter {
  let paragraphs: Paragraph[] = []
  let heading: string | undefined
  let isHeading = false
  let parts: string[] = []
  let length = 0
  let endsInSpace = true
  let isBreakDue = false

  const add = (text: string): void => {
    if (text === '') return
    if (isBreakDue && text.trim() !== '') paragraphBreak()
    parts.push(text)
    endsInSpace = /\s/.test(text.at(-1) ?? '')
    length += text.length
    if (length > LONGEST_PARAGRAPH) paragraphBreak()
  }

  const isLineStart = (): boolean => parts.length === 0 || (parts.at(-1) ?? '').endsWith('\n')

  function paragraphBreak(): void {
    const lines = parts.join('').split('\n')
    const text = lines
      .map((line) => line.trimEnd())
      .join('\n')
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim()
    isBreakDue = false
    // `<li><p>`: the sign of a list item stays with its text.
    if (text === BULLET.trim()) return
    parts = []
    length = 0
    endsInSpace = true
    if (text !== '') {
      if (isHeading) heading = text.replaceAll(/\s+/g, ' ')
      paragraphs.push({ text, isHeading, ...(heading !== undefined && { heading }) })
    }
    isHeading = false
  }

  return {
    inline(text) {
      const spaced = text.replaceAll(/\s+/g, ' ')
      add(endsInSpace ? spaced.trimStart() : spaced)
    },
    verbatim: add,
    lineBreak() {
      isBreakDue = false
      if (!isLineStart()) add('\n')
    },
    bullet: () => add(BULLET),
    cell() {
      isBreakDue = false
      if (isLineStart()) return
      parts.push((parts.pop() ?? '').trimEnd())
      add(CELL_BORDER)
    },
    breakInCell: () => void (isBreakDue = !isLineStart() && parts.at(-1) !== CELL_BORDER),
    paragraphBreak,
    startHeading() {
      paragraphBreak()
      isHeading = true
    },
    take() {
      const taken = paragraphs
      paragraphs = []
      return taken
    },
  }
}

/** One piece for each paragraph; headings go with the paragraph after them, so that none is a chunk by itself. */
export async function* toPieces(
  paragraphs: Iterable<Paragraph> | AsyncIterable<Paragraph>,
): AsyncGenerator<TextPiece, void> {
  let headings: string[] = []
  let place: Place = {}
  for await (const { text, isHeading, heading } of paragraphs) {
    place = heading === undefined ? {} : { heading }
    headings.push(text)
    if (isHeading) continue
    yield { text: headings.join('\n\n'), place }
    headings = []
  }
  if (headings.length > 0) yield { text: headings.join('\n\n'), place }
}
