import { expect, test } from 'vitest'
import { textBatches } from './textBatches.ts'

const texts = (...lengths: number[]) =>
  lengths.map((length, at) => ({ at, ids: Array.from({ length }, () => 1) }))
const lengths = (batches: ReturnType<typeof textBatches>) =>
  batches.map((batch) => batch.map(({ ids }) => ids.length))

test('texts of about one length are embedded together, as many as their cost allows', () => {
  const batches = textBatches(texts(90, 10, 30, 20, 100), { samples: 10, tokens: 100 })
  expect(lengths(batches)).toEqual([[10, 20, 30], [90], [100]])
  expect(batches.flat().map(({ at }) => at)).toEqual([1, 3, 2, 0, 4])
})

test('a text that is longer than a batch may be is a batch of its own', () => {
  expect(lengths(textBatches(texts(500, 1), { samples: 10, tokens: 100 }))).toEqual([[1], [500]])
})

test('there are no more texts in a batch than are allowed', () => {
  expect(lengths(textBatches(texts(1, 1, 1), { samples: 1, tokens: 100 }))).toEqual([[1], [1], [1]])
})
