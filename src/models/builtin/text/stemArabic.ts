// The article, alone or joined with "and", "with", "as", "so" or "for".
const PREFIXES = ['وال', 'بال', 'كال', 'فال', 'ال', 'لل']
const AND = 'و'
const SUFFIXES = ['ها', 'ان', 'ات', 'ون', 'ين', 'يه', 'ه', 'ي']
const LETTERS_LEFT = 3

/** A light stemmer for folded Arabic words: one article, a leading "and", one ending of number, gender or possession. */
export function stemArabic(word: string): string {
  const bare = withoutPrefix(word)
  return withoutSuffix(bare.startsWith(AND) && bare.length > LETTERS_LEFT ? bare.slice(1) : bare)
}

function withoutPrefix(word: string): string {
  const prefix = PREFIXES.find((each) => word.startsWith(each) && word.length - each.length >= LETTERS_LEFT)
  return prefix === undefined ? word : word.slice(prefix.length)
}

function withoutSuffix(word: string): string {
  const suffix = SUFFIXES.find((each) => word.endsWith(each) && word.length - each.length >= LETTERS_LEFT)
  return suffix === undefined ? word : word.slice(0, -suffix.length)
}
