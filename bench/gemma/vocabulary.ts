import { VOCABULARY } from './graphs.ts'

interface TokenizerFile {
  model: { vocab: Record<string, number>; merges: [string, string][] }
}

const LONGEST = 12

/**
 * Fills the stand-in's vocabulary up to the real size with made-up words, each put together from a shorter one and a
 * beginning by two merges: about as many as the real one has.
 */
export function fillVocabulary({ model: { vocab, merges } }: TokenizerFile): void {
  const beginnings = Object.keys(vocab).filter((token) => /^[ a-z]{1,4}$/.test(token))
  const words = [...beginnings]
  let id = Math.max(...Object.values(vocab)) + 1
  for (let at = 0; id < VOCABULARY; at++) {
    const left = words[at] ?? ''
    for (const right of beginnings) {
      const word = left + right
      if (id === VOCABULARY || word.length > LONGEST || Object.hasOwn(vocab, word)) continue
      vocab[word] = id++
      words.push(word)
      merges.push([left, right], [word.slice(0, 1), word.slice(1)])
    }
  }
}
