import { expect, test } from 'vitest'
import { isInLanguage } from './language.ts'

test.for<[language: string | undefined, wanted: string, isIt: boolean]>([
  ['en', 'en', true],
  ['en-GB', 'en', true],
  ['en', 'en-GB', false],
  ['EN_gb', 'en-GB', true],
  // What containers write is the older code of three letters, of which some languages have two.
  ['eng', 'en', true],
  ['ger', 'de', true],
  ['deu', 'ger', true],
  ['enm', 'en', false],
  ['de', 'en', false],
  ['und', 'en', false],
  [undefined, 'en', false],
  ['no language', 'no language', true],
  ['no language', 'en', false],
])('%s is in %s: %s', ([language, wanted, isIt]) => {
  expect(isInLanguage(language, wanted)).toBe(isIt)
})
