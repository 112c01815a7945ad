import { expect, test } from 'vitest'
import { countWords } from './splitWords.ts'

function counted(text: string) {
  const counts = { words: new Map<string, number>(), pairs: new Map<string, number>() }
  countWords(text, counts)
  return { words: Object.fromEntries(counts.words), pairs: Object.fromEntries(counts.pairs) }
}

test('words are counted without possessives and apostrophes', () => {
  expect(counted("the dog's tail, the dogs' tails; don't")).toEqual({
    words: { the: 2, dog: 1, dogs: 1, tail: 1, tails: 1, dont: 1 },
    pairs: {},
  })
})

test('where there are no spaces, characters and their pairs are counted', () => {
  expect(counted('天気天 予報')).toEqual({
    words: { 天: 2, 気: 1, 予: 1, 報: 1 },
    pairs: { 天気: 1, 気天: 1, 予報: 1 },
  })
})
