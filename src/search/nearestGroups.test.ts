import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chanceFrom, unitVector } from '../../test/support/unitVectors.ts'
import { dot } from './dot.ts'
import { compareNeighbours, makeMatrix, type Neighbour } from './matrix.ts'
import { nearestGroups, type GroupedOptions } from './nearestGroups.ts'

const LENGTH = 16

/** All rows ranked, grouped, and cut off then. */
function plainly(rows: readonly Neighbour[], { groups, moments, ...options }: GroupedOptions): Neighbour[][] {
  const ranked = rows
    .filter(({ fileId, ordinal }) => options.isWanted?.(fileId, ordinal) ?? true)
    .filter(({ cosine }) => cosine >= (options.minCosine ?? -2))
    .toSorted(compareNeighbours)
  const byGroup = Map.groupBy(ranked, ({ fileId, ordinal }) => options.groupOf(fileId, ordinal))
  return [...byGroup.values()].slice(0, groups).map((members) => {
    const byPlace = Map.groupBy(members, ({ fileId, ordinal }) => options.placeOf(fileId, ordinal))
    return [...byPlace.values()].map(([best]) => best!).slice(0, moments)
  })
}

test('groups and their moments are those of all rows ranked, grouped and cut off then, filters included', () => {
  const options = fc.record({
    seed: fc.nat(1000),
    count: fc.integer({ min: 0, max: 700 }),
    groups: fc.integer({ min: 1, max: 12 }),
    moments: fc.integer({ min: 1, max: 6 }),
    groupCount: fc.integer({ min: 1, max: 40 }),
    placeCount: fc.integer({ min: 1, max: 9 }),
    spread: fc.constantFrom(undefined, 0.1, 1e-6, 0),
    minCosine: fc.constantFrom(undefined, 0.2),
    every: fc.integer({ min: 1, max: 3 }),
  })
  fc.assert(
    fc.property(options, ({ seed, count, groupCount, placeCount, spread, every, ...sizes }) => {
      const chance = chanceFrom(seed)
      const query = unitVector(LENGTH, chance)
      const matrix = makeMatrix(LENGTH)
      const rows = Array.from({ length: count }, (_, i) => {
        const row = { fileId: i % 50, ordinal: i }
        const vector = unitVector(LENGTH, chance, spread === undefined ? undefined : query, spread)
        matrix.add(row, vector)
        return { ...row, cosine: dot(query, vector, 0) }
      })
      const order: GroupedOptions = {
        ...sizes,
        groupOf: (fileId) => fileId % groupCount,
        placeOf: (_, ordinal) => ordinal % placeCount,
        isWanted: (_, ordinal) => ordinal % every === 0,
      }
      expect(nearestGroups(matrix, query, order).groups).toEqual(plainly(rows, order))
    }),
    { numRuns: 150 },
  )
})

test('of a thousand groups few vectors are multiplied as they are', () => {
  const chance = chanceFrom(5)
  const matrix = makeMatrix(64)
  for (let i = 0; i < 10_000; i++)
    matrix.add({ fileId: Math.floor(i / 10), ordinal: i % 10 }, unitVector(64, chance))
  const { groups, exactCount } = nearestGroups(matrix, unitVector(64, chance), {
    groups: 10,
    moments: 3,
    groupOf: (fileId) => fileId,
    placeOf: (_, ordinal) => ordinal,
  })
  expect(groups.map(({ length }) => length)).toEqual(Array.from({ length: 10 }, () => 3))
  expect(exactCount).toBeLessThan(1000)
})
