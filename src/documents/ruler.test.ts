import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeRuler } from './ruler.ts'

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        'a',
        ' ',
        '\r',
        '\n',
        '\u0301',
        '\u200d',
        '👩',
        '🏽',
        '🇩',
        '🇪',
        'क',
        '्',
        'ष',
        '각',
        '한',
        'ᄀ',
        'ᅡ',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
)

test('characters are the grapheme clusters of Unicode, whatever stands beside what', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const segments = new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text)
      const borders = [...Array.from(segments, ({ index }) => index), text.length]
      const ruler = makeRuler(text)
      const found = Array.from({ length: text.length + 1 }, (_, index) => index).filter((index) =>
        ruler.isBorder(index),
      )
      expect(found).toEqual([...new Set(borders)])
      for (const [place, border] of borders.entries()) {
        expect(ruler.forward(0, place)).toBe(border)
        expect(ruler.backward(text.length, borders.length - 1 - place)).toBe(border)
      }
      expect(ruler.lastBegins).toBe(borders.at(-2) ?? 0)
    }),
    { numRuns: 2000 },
  )
})

test('a family of seven code units is one character', () => {
  const ruler = makeRuler('a👩‍👩‍👧b')
  expect([ruler.forward(0, 1), ruler.forward(0, 2), ruler.forward(0, 3)]).toEqual([1, 9, 10])
})
