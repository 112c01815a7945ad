const NOT_ASCII = /[^\0-\x7f]/
// Indic marks are vowels, so marks are dropped only after letters of scripts where they are accents.
const ACCENTS =
  /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}])\p{M}+/gu

const SPELLINGS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  ł: 'l',
  đ: 'd',
  ı: 'i',
  // Arabic: one alef, yeh for alef maqsura, heh for teh marbuta, no stretching of lines.
  أ: 'ا',
  إ: 'ا',
  آ: 'ا',
  ٱ: 'ا',
  ى: 'ي',
  ة: 'ه',
  ـ: '',
}
const SPELLED = new RegExp(`[${Object.keys(SPELLINGS).join('')}]`, 'g')

/** Lower case without accents and without variants of one letter: spellings that readers take for equal become equal. */
export function foldText(text: string): string {
  if (!NOT_ASCII.test(text)) return text.toLowerCase()
  const lower = text.normalize('NFKC').toLowerCase()
  if (!NOT_ASCII.test(lower)) return lower
  const bare = lower.normalize('NFD').replace(ACCENTS, '$1').normalize('NFC')
  return bare.replace(SPELLED, (letter) => SPELLINGS[letter] ?? letter)
}
