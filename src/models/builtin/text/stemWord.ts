import { stemArabic } from './stemArabic.ts'
import { stemEnglish } from './stemEnglish.ts'

const ENGLISH = /^[a-z]+$/
const ARABIC = /^[\u0600-\u06ff]+$/

/** What the forms of a folded word have in common. Words of other scripts are their own stems. */
export function stemWord(word: string): string {
  if (ENGLISH.test(word)) return stemEnglish(word)
  if (ARABIC.test(word)) return stemArabic(word)
  return word
}
