import { bestBorder } from './borders.ts'
import { makeRuler } from './ruler.ts'

/**
 * Divides a text that is too long for a model into parts that `fits` accepts, at the ends of paragraphs, lines,
 * sentences or words, without losing any of it but white space at the ends of parts. Only a character that is too long
 * by itself is divided between its code points, and a single code point stays as it is.
 */
export function splitTooLong(text: string, fits: (part: string) => boolean): string[] {
  const parts: string[] = []
  const waiting = [text.trim()]
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (part === '') continue
    const border = fits(part) ? part.length : middleBorder(part)
    if (border === part.length) parts.push(part)
    else waiting.push(part.slice(border).trim(), part.slice(0, border).trim())
  }
  return parts
}

/** A border near the middle; the end of the text when it cannot be divided. */
function middleBorder(text: string): number {
  const ruler = makeRuler(text)
  const middle = (text.length + 1) >> 1
  const firstEnd = ruler.forward(0, 1)
  if (firstEnd === text.length) return codePointBorder(text, middle)
  let to = middle
  while (to > firstEnd && !ruler.isBorder(to)) to--
  return bestBorder(text, ruler, 0, Math.max(to, firstEnd))
}

function codePointBorder(text: string, middle: number): number {
  const { length } = String.fromCodePoint(text.codePointAt(middle - 1) ?? 0)
  return Math.min(text.length, middle - 1 + length)
}
