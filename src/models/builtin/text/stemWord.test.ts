import { expect, test } from 'vitest'
import { stemWord } from './stemWord.ts'

test.for([
  ['running', 'run'],
  ['runs', 'run'],
  ['flies', 'fly'],
  ['horses', 'hors'],
  ['horse', 'hors'],
  ['glass', 'glass'],
  ['bus', 'bus'],
  ['carried', 'carri'],
  ['carry', 'carri'],
  ['stopped', 'stop'],
  ['falling', 'fall'],
  ['quickly', 'quick'],
  ['bring', 'bring'],
  ['dog', 'dog'],
  ['المدرسه', 'مدرس'],
  ['والكتاب', 'كتاب'],
  ['كتابها', 'كتاب'],
  ['wörter', 'wörter'],
  ['2030s', '2030s'],
] as const)('the stem of "%s" is "%s"', ([word, stem]) => {
  expect(stemWord(word)).toBe(stem)
})
