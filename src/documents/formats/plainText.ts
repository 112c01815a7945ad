import type { TextPiece } from '../../domain/document.ts'

const PIECE_CHARACTERS = 64 * 1024

// Text without a single space is divided all the same.
const LONGEST_WORD = 1024 * 1024

/** Text as it is, in pieces that end after a line, or after a word. */
export async function* plainTextPieces(text: AsyncIterable<string>): AsyncGenerator<TextPiece, void> {
  let rest = ''
  for await (const chunk of text) {
    rest += chunk
    if (rest.length < PIECE_CHARACTERS) continue
    const end = lastBreak(rest) ?? (rest.length > LONGEST_WORD ? rest.length : 0)
    if (end === 0) continue
    yield { text: rest.slice(0, end), place: {} }
    rest = rest.slice(end)
  }
  if (rest !== '') yield { text: rest, place: {} }
}

function lastBreak(text: string): number | undefined {
  const line = text.lastIndexOf('\n')
  if (line >= 0) return line + 1
  const space = text.lastIndexOf(' ')
  return space >= 0 ? space + 1 : undefined
}
