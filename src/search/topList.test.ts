import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeTopList } from './topList.ts'

test('the list has the best of all that was added, best first, and knows its worst', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.integer({ min: 1, max: 8 }), (numbers, limit) => {
      const list = makeTopList<number>(limit, (one, other) => one - other)
      for (const number of numbers) {
        const before = list.last()
        expect(list.admits(number)).toBe(before === undefined || number < before)
        list.add(number)
      }
      const best = numbers.toSorted((one, other) => one - other).slice(0, limit)
      expect(list.sorted()).toEqual(best)
      expect(list.last()).toBe(best[limit - 1])
    }),
  )
})
