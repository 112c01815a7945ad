import { foldText } from './builtin/text/foldText.ts'
import { countWords } from './builtin/text/splitWords.ts'
import { stemWord } from './builtin/text/stemWord.ts'
import { textPieces } from './builtin/text/textPieces.ts'

/**
 * How often each term stands in a text, for a search by words: the stems of the folded words, as the builtin model
 * takes them. In scripts without spaces each character is a term, and so is each pair of neighbours.
 */
export function termsOf(text: string): Map<string, number> {
  const words = new Map<string, number>()
  const terms = new Map<string, number>()
  for (const piece of textPieces(text)) countWords(foldText(piece), { words, pairs: terms })
  for (const [word, count] of words) {
    const stem = stemWord(word)
    terms.set(stem, (terms.get(stem) ?? 0) + count)
  }
  return terms
}

/** Terms as `{"term":count}`, ten times as fast as by way of an object. Terms hold nothing that JSON would escape. */
export function termsAsJson(terms: ReadonlyMap<string, number>): string {
  let json = ''
  for (const [term, count] of terms) json += `${json === '' ? '{' : ','}"${term}":${count}`
  return json === '' ? '{}' : `${json}}`
}
