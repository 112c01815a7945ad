import { isUnspaced } from './builtin/text/splitWords.ts'
import { textPieces } from './builtin/text/textPieces.ts'

const TOKEN = /[\p{L}\p{N}\p{M}]+(?:['’]\p{L}+)*|[^\s\p{L}\p{N}\p{M}]/gu

/**
 * How many words and punctuation marks a text has; in scripts without spaces every character is a word. Counting ends
 * soon after `enough`, so a caller with a limit does not pay for a huge text.
 */
export function countTokens(text: string, enough = Number.POSITIVE_INFINITY): number {
  let tokens = 0
  // In pieces, because V8 gives up on a match of a million characters.
  for (const piece of textPieces(text)) {
    for (const [token] of piece.matchAll(TOKEN)) {
      tokens += isUnspaced(token) ? Array.from(token).length : 1
      if (tokens > enough) return tokens
    }
  }
  return tokens
}
