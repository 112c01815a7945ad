import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitTooLong } from './splitTooLong.ts'

const shorterThan = (length: number) => (part: string) => part.length <= length

test('a text that fits stays whole', () => {
  expect(splitTooLong('one two', shorterThan(10))).toEqual(['one two'])
})

test('a text that does not fit is divided near its middle, where a sentence or a word ends', () => {
  expect(splitTooLong('One is two. And three is four.', shorterThan(20))).toEqual([
    'One is two.',
    'And three is four.',
  ])
})

test('nothing is lost but white space, and every part fits', () =>
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.integer({ min: 2, max: 20 }),
      (text, length) => {
        const parts = splitTooLong(text, shorterThan(length))
        expect(parts.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
        expect(parts.filter((part) => part.length > length)).toEqual([])
      },
    ),
    { numRuns: 30 },
  ))

test('a code point that does not fit by itself stays as it is', () => {
  expect(splitTooLong('👩‍👩', () => false)).toEqual(['👩', '\u200d', '👩'])
})
