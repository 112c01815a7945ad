import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Chunk, ChunkSettings, Place, TextPiece } from '../domain/document.ts'
import { chunkText, defaultOverlap } from './chunkText.ts'

const chunksOf = (pieces: Iterable<TextPiece>, settings: ChunkSettings): Promise<Chunk[]> =>
  Array.fromAsync(chunkText(pieces, settings))

const textsOf = async (text: string, sizeCharacters: number, overlapCharacters = 0): Promise<string[]> => {
  const chunks = await chunksOf([{ text, place: {} }], { sizeCharacters, overlapCharacters })
  return chunks.map((chunk) => chunk.text)
}

const charactersOf = (text: string): number =>
  [...new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text)].length

const withoutSpace = (text: string): string => text.replaceAll(/\s/g, '')

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc
    .array(
      fc.constantFrom(
        'word',
        ' ',
        ' ',
        '\n',
        '\n\n',
        '. ',
        'Ein Satz!',
        '国际标准',
        '。',
        'ประเทศไทย',
        '👩‍👩‍👧',
        'é',
        'x'.repeat(40),
      ),
      { maxLength: 80 },
    )
    .map((parts) => parts.join('')),
)
const settingsOf = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.nat(59))
  .map(([sizeCharacters, overlap]) => ({ sizeCharacters, overlapCharacters: overlap % sizeCharacters }))

test('chunks without overlap are the text, with nothing lost but white space at their ends', () =>
  fc.assert(
    fc.asyncProperty(texts, settingsOf, async (text, { sizeCharacters }) => {
      expect(withoutSpace((await textsOf(text, sizeCharacters)).join(''))).toBe(withoutSpace(text))
    }),
    { numRuns: 500 },
  ))

test('no chunk is longer than its size, and every size and overlap comes to an end', () =>
  fc.assert(
    fc.asyncProperty(texts, settingsOf, async (text, { sizeCharacters, overlapCharacters }) => {
      const chunks = await textsOf(text, sizeCharacters, overlapCharacters)
      expect(chunks.filter((chunk) => charactersOf(chunk) > sizeCharacters)).toEqual([])
      expect(chunks.length).toBeLessThanOrEqual(charactersOf(text))
    }),
    { numRuns: 500 },
  ))

test('every word is in some chunk, in order, whatever the overlap', () =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 300 }), settingsOf, async (count, settings) => {
      const sizeCharacters = settings.sizeCharacters + 5
      const words = Array.from({ length: count }, (_, index) => `w${index}`)
      const chunks = await textsOf(words.join(' '), sizeCharacters, settings.overlapCharacters)
      let next = 0
      for (const chunk of chunks) {
        const held = chunk.split(' ')
        const first = words.indexOf(held[0] ?? '')
        expect(first).toBeLessThanOrEqual(next)
        expect(held).toEqual(words.slice(first, first + held.length))
        expect(words.slice(first, next).join(' ').length).toBeLessThanOrEqual(settings.overlapCharacters)
        next = first + held.length
      }
      expect(next).toBe(count)
    }),
  ))

test('where a text is divided into pieces makes no difference to its chunks', () =>
  fc.assert(
    fc.asyncProperty(texts, settingsOf, fc.integer({ min: 1, max: 30 }), async (part, settings, length) => {
      const text = part.repeat(3)
      const parts = text.match(new RegExp(`[^]{${length}}[^]*?\\s|[^]+$`, 'g')) ?? []
      const divided = await chunksOf(
        parts.map((each) => ({ text: each, place: {} })),
        settings,
      )
      const whole = await chunksOf([{ text, place: {} }], settings)
      expect(divided).toEqual(whole)
    }),
  ))

test('long texts are cut as they come, with the chunks of the whole', async () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `Line ${index} of a long file, “quoted” 国际.\n`)
  const settings = { sizeCharacters: 700, overlapCharacters: 350 }
  const streamed = await chunksOf(
    lines.map((text) => ({ text, place: {} })),
    settings,
  )
  expect(streamed).toEqual(await chunksOf([{ text: lines.join(''), place: {} }], settings))
})

test('a chunk ends with a paragraph, else a line, else a sentence, else a word', async () => {
  expect(await textsOf('one two\nthree\n\nfour five', 20)).toEqual(['one two\nthree', 'four five'])
  expect(await textsOf('one two three\nfour five six', 20)).toEqual(['one two three', 'four five six'])
  expect(await textsOf('One is two. And three is four', 20)).toEqual(['One is two.', 'And three is four'])
  expect(await textsOf('one of i.e. two and three', 14)).toEqual(['one of i.e.', 'two and three'])
  expect(await textsOf('one two three four five', 15)).toEqual(['one two three', 'four five'])
})

test('a paragraph that ends in the first half of a chunk does not make it small', async () => {
  expect(await textsOf('Title\n\none two three four five six seven', 20)).toEqual([
    'Title\n\none two',
    'three four five six',
    'seven',
  ])
})

test('the overlap begins with a word', async () => {
  expect(await textsOf('one two three four five six', 14, 7)).toEqual([
    'one two three',
    'three four',
    'four five six',
  ])
})

test('languages without spaces are cut between words', async () => {
  const thai = 'ประเทศไทยเป็นประเทศที่สวยงาม'
  expect(await textsOf(thai, 12)).toEqual(['ประเทศไทย', 'เป็นประเทศที่', 'สวยงาม'])
  expect(await textsOf('国际标准化组织发布了新标准。今天', 15)).toEqual([
    '国际标准化组织发布了新标准。',
    '今天',
  ])
})

test('a character of many code units is never divided', async () => {
  const family = '👩‍👩‍👧‍👦'
  expect(await textsOf(family.repeat(5), 2)).toEqual([family.repeat(2), family.repeat(2), family])
})

test('a chunk has the place of the piece in which it begins, and the end of the one in which it ends', async () => {
  const cue = (startSec: number, text: string): TextPiece => ({
    text: `${text}\n`,
    place: { startSec, endSec: startSec + 2 },
  })
  const cues = [cue(0, 'one two'), cue(2, 'three'), cue(4, 'four five'), cue(6, 'six')]
  expect(await chunksOf(cues, { sizeCharacters: 16, overlapCharacters: 0 })).toEqual([
    { text: 'one two\nthree', place: { startSec: 0, endSec: 4 } },
    { text: 'four five\nsix', place: { startSec: 4, endSec: 8 } },
  ])
})

test('a chunk may hold several pages, but no text of two headings', async () => {
  const piece = (text: string, place: Place): TextPiece => ({ text, place })
  const pieces = [
    piece('one', { page: 1, heading: 'A' }),
    piece('two', { page: 2, heading: 'A' }),
    piece('three', { page: 2, heading: 'B' }),
  ]
  expect(await chunksOf(pieces, { sizeCharacters: 100, overlapCharacters: 50 })).toEqual([
    { text: 'one\n\ntwo', place: { page: 1, heading: 'A' } },
    { text: 'three', place: { page: 2, heading: 'B' } },
  ])
})

test('a piece that stands alone shares no chunk with others', async () => {
  const pieces = [
    { text: 'one', place: {}, alone: true },
    { text: 'two', place: {}, alone: true },
    { text: 'three', place: {} },
  ]
  const chunks = await chunksOf(pieces, { sizeCharacters: 100, overlapCharacters: 0 })
  expect(chunks.map(({ text }) => text)).toEqual(['one', 'two', 'three'])
})

test('white space alone gives no chunk', async () => {
  expect(await textsOf(' \n\n'.repeat(1000), 10, 5)).toEqual([])
})

test('a character with a million marks is measured once', async () => {
  const chunks = await textsOf(`a${'\u0301'.repeat(1_000_000)} b`, 10)
  expect(chunks).toHaveLength(1)
})

test('sizes and overlaps that make no sense are refused', async () => {
  for (const [sizeCharacters, overlapCharacters] of [
    [0, 0],
    [1.5, 0],
    [10, 10],
    [10, -1],
    [Number.NaN, 0],
  ] as const)
    await expect(chunksOf([], { sizeCharacters, overlapCharacters })).rejects.toMatchObject({
      code: 'request_invalid',
    })
})

test('the overlap is half the size, and at most 512, when only a size is given', () => {
  expect([1, 3, 1024, 4096].map(defaultOverlap)).toEqual([0, 1, 512, 512])
})
