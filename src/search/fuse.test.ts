import { expect, test } from 'vitest'
import { fuse } from './fuse.ts'

const id = (item: string) => item

test('an item high in both rankings comes before one that leads a single one', () => {
  const fused = fuse(
    [
      { items: ['a', 'b', 'c'], weight: 1 },
      { items: ['d', 'b', 'a'], weight: 1 },
    ],
    id,
  )
  expect(fused.map(({ item }) => item)).toEqual(['a', 'b', 'd', 'c'])
  expect(fused[0]?.score).toBe(1 / 61 + 1 / 63)
})

test('a ranking counts by its weight; equal scores stay in the order of the first ranking', () => {
  const [first, second] = [
    { items: ['a'], weight: 0.5 },
    { items: ['b'], weight: 1 },
  ]
  expect(fuse([first, second], id).map(({ item }) => item)).toEqual(['b', 'a'])
  expect(fuse([first, { ...second, weight: 0.5 }], id).map(({ item }) => item)).toEqual(['a', 'b'])
})
