import fc from 'fast-check'
import { expect, test } from 'vitest'
import { termsAsJson, termsOf } from './terms.ts'

test('the forms of a word are one term', () => {
  expect(Object.fromEntries(termsOf('Runs, running: the RUNNER’s café. Cafes!'))).toEqual({
    run: 2,
    the: 1,
    runner: 1,
    cafe: 2,
  })
})

test('where there are no spaces, characters and their pairs are terms', () => {
  expect(Object.fromEntries(termsOf('天気天'))).toEqual({ 天: 2, 気: 1, 天気: 1, 気天: 1 })
})

test('words that are names of object members count like others', () => {
  const terms = termsOf('constructor toString')
  expect([...terms.values()]).toEqual([1, 1])
  expect(Object.keys(Object.fromEntries(terms))).toHaveLength(2)
})

test('a text without words has no terms', () => {
  expect(termsOf(' … !?').size).toBe(0)
})

test('terms of any text are written as JSON that says the same', () => {
  const anyText = fc.string({
    unit: fc.oneof(
      fc.constantFrom('"', '\\', '’', '\n', '\0', '\ud800', ' ', 'a', 'é', '天'),
      fc.string({ unit: 'binary' }),
    ),
  })
  fc.assert(
    fc.property(anyText, (text) => {
      const terms = termsOf(text)
      expect(JSON.parse(termsAsJson(terms))).toEqual(Object.fromEntries(terms))
    }),
  )
})
