const VOWEL = /[aeiouy]/
const KEPT_IES = /[ae]ies$/
const KEPT_ES = /[aeo]es$/
const KEPT_S = /[us]s$/
const DOUBLED = /([^lsz])\1$/

/** A light stemmer for words of `a-z`: plurals, -ing, -ed, -ly and final -e and -y. "running" and "runs" become "run". */
export function stemEnglish(word: string): string {
  if (word.length < 4) return word
  return withoutFinalVowel(withoutEnding(singular(word)))
}

function singular(word: string): string {
  if (word.endsWith('ies') && !KEPT_IES.test(word)) return `${word.slice(0, -3)}y`
  if (word.endsWith('es') && !KEPT_ES.test(word)) return word.slice(0, -1)
  if (word.endsWith('s') && !KEPT_S.test(word)) return word.slice(0, -1)
  return word
}

function withoutEnding(word: string): string {
  const { length } = word
  if (word.endsWith('ing') && length > 5 && VOWEL.test(word.slice(0, -3))) return undoubled(word.slice(0, -3))
  if (word.endsWith('ied') && length > 4) return `${word.slice(0, -3)}y`
  if (word.endsWith('ed') && length > 4 && VOWEL.test(word.slice(0, -2))) return undoubled(word.slice(0, -2))
  if (word.endsWith('ly') && length > 5) return word.slice(0, -2)
  return word
}

const undoubled = (word: string): string => (word.length > 3 && DOUBLED.test(word) ? word.slice(0, -1) : word)

function withoutFinalVowel(word: string): string {
  if (word.length > 4 && word.endsWith('e')) return word.slice(0, -1)
  if (word.length > 3 && word.endsWith('y')) return `${word.slice(0, -1)}i`
  return word
}
