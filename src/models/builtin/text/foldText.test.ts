import { expect, test } from 'vitest'
import { foldText } from './foldText.ts'

test.for([
  ['The DOG', 'the dog'],
  ['Ångström ĳ ﬃ', 'angstrom ij ffi'],
  ['Ελλάδα ΣΟΦΟΣ', 'ελλαδα σοφος'],
  ['Ёлка', 'елка'],
  ['مُحَمَّد', 'محمد'],
  ['الســـلام', 'السلام'],
  // Vowel signs of Indic scripts are no accents.
  ['हिन्दी', 'हिन्दी'],
  ['が', 'が'],
] as const)('"%s" is folded to "%s"', ([text, folded]) => {
  expect(foldText(text)).toBe(folded.normalize('NFC'))
})
