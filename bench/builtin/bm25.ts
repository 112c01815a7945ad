import { foldText } from '../../src/models/builtin/text/foldText.ts'
import { countWords } from '../../src/models/builtin/text/splitWords.ts'
import { stemWord } from '../../src/models/builtin/text/stemWord.ts'
import { ranked } from './ranked.ts'

const SATURATION = 1.2
const LENGTH_SHARE = 0.75

/** BM25 (Robertson) over the stems that the vectors are made of. The result ranks all documents for one query. */
export function rankByWords(
  documents: readonly string[],
  queries: readonly string[],
): (query: number) => number[] {
  const counted = documents.map(stemCounts)
  const lengths = counted.map((counts) => [...counts.values()].reduce((sum, count) => sum + count, 0))
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
  const having = new Map<string, number>()
  for (const counts of counted)
    for (const stem of counts.keys()) having.set(stem, (having.get(stem) ?? 0) + 1)
  const rarity = (stem: string) => {
    const documentsWith = having.get(stem) ?? 0
    return Math.log(1 + (documents.length - documentsWith + 0.5) / (documentsWith + 0.5))
  }
  return (query) => {
    const stems = [...stemCounts(queries[query] ?? '').keys()]
    return ranked(
      counted.map((counts, i) => {
        const damping = SATURATION * (1 - LENGTH_SHARE + (LENGTH_SHARE * (lengths[i] ?? 0)) / meanLength)
        return stems.reduce((score, stem) => {
          const count = counts.get(stem) ?? 0
          return score + (rarity(stem) * count * (SATURATION + 1)) / (count + damping)
        }, 0)
      }),
    )
  }
}

function stemCounts(text: string): Map<string, number> {
  const words = new Map<string, number>()
  countWords(foldText(text), { words, pairs: new Map() })
  const stems = new Map<string, number>()
  for (const [word, count] of words) stems.set(stemWord(word), (stems.get(stemWord(word)) ?? 0) + count)
  return stems
}
