import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chanceFrom, unitVector } from '../../test/support/unitVectors.ts'
import { dot } from './dot.ts'
import { compareNeighbours, makeMatrix, type NearestOptions } from './matrix.ts'
import type { ChunkId } from './rowBlock.ts'

interface Row extends ChunkId {
  vector: Float32Array
}

/** What a search without any art finds. */
const plainly = (rows: readonly Row[], query: Float32Array, limit: number, options: NearestOptions = {}) =>
  rows
    .map(({ fileId, ordinal, vector }) => ({ fileId, ordinal, cosine: dot(query, vector, 0) }))
    .filter(({ fileId }) => options.isWanted?.(fileId, 0) ?? true)
    .filter(({ cosine }) => cosine >= (options.minCosine ?? -2))
    .sort(compareNeighbours)
    .slice(0, limit)

function matrixOf(length: number, rows: readonly Row[]) {
  const matrix = makeMatrix(length)
  for (const row of rows) matrix.add(row, row.vector)
  return matrix
}

const someRows = (
  count: number,
  length: number,
  chance: () => number,
  near?: Float32Array,
  spread?: number,
) =>
  Array.from({ length: count }, (_, i) => ({
    fileId: Math.floor(i / 7),
    ordinal: i % 7,
    vector: unitVector(length, chance, near, spread),
  }))

test('the nearest rows are those of a plain search to the last bit, in any cloud of vectors', () => {
  const chance = chanceFrom(1)
  for (const length of [1, 3, 32, 100, 512])
    for (const spread of [undefined, 0.1, 1e-3, 1e-6, 0]) {
      const centre = spread === undefined ? undefined : unitVector(length, chance)
      const rows = someRows(700, length, chance, centre, spread)
      const matrix = matrixOf(length, rows)
      for (const query of [unitVector(length, chance), rows[5]!.vector, centre ?? rows[0]!.vector])
        for (const limit of [1, 10, 1000])
          expect(matrix.nearest(query, limit)).toEqual(plainly(rows, query, limit))
    }
})

test('a row of zeros, a query of zeros and opposite vectors are compared like others', () => {
  const ones = new Float32Array(4).fill(0.5)
  const rows = [ones, ones.map((number) => -number), new Float32Array(4)].map((vector, fileId) => ({
    fileId,
    ordinal: 0,
    vector,
  }))
  const matrix = matrixOf(4, rows)
  expect(matrix.nearest(ones, 5).map(({ fileId, cosine }) => [fileId, cosine])).toEqual([
    [0, 1],
    [2, 0],
    [1, -1],
  ])
  expect(matrix.nearest(new Float32Array(4), 5)).toHaveLength(3)
})

test('an empty matrix has no nearest rows', () => {
  expect(makeMatrix(8).nearest(new Float32Array(8), 3)).toEqual([])
})

test('files that are not wanted and rows below the least cosine are left out, however near others are', () => {
  const chance = chanceFrom(2)
  const rows = someRows(600, 64, chance)
  const matrix = matrixOf(64, rows)
  const query = rows[3]!.vector
  const options = { isWanted: (fileId: number) => fileId % 3 === 1, minCosine: 0.1 }
  const found = matrix.nearest(query, 50, options)
  expect(found).toEqual(plainly(rows, query, 50, options))
  expect(found.length).toBeGreaterThan(0)
  expect(matrix.nearest(query, 50, { isWanted: () => false })).toEqual([])
})

test('after any rows were added and files removed, a search sees the rest and memory follows', () => {
  const chance = chanceFrom(3)
  const vectors = someRows(40, 8, chance)
  const step = fc.record({ fileId: fc.nat(5), count: fc.nat(200), removes: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const matrix = makeMatrix(8)
      let rows: Row[] = []
      for (const { fileId, count, removes } of steps) {
        if (removes) {
          matrix.remove(new Set([fileId, 77]))
          rows = rows.filter((row) => row.fileId !== fileId)
        }
        for (let i = 0; i < count && !removes; i++) {
          const row = { fileId, ordinal: rows.length, vector: vectors[i % 40]!.vector }
          rows.push(row)
          matrix.add(row, row.vector)
        }
      }
      expect(matrix.rowCount).toBe(rows.length)
      expect(matrix.nearest(vectors[0]!.vector, 20)).toEqual(plainly(rows, vectors[0]!.vector, 20))
      expect(matrix.sizeBytes).toBe(Math.ceil(rows.length / 256) * 256 * (8 * 4 + 32 + 36))
    }),
    { numRuns: 40 },
  )
})

test('the cosines of some chunks can be asked for', () => {
  const rows = someRows(300, 16, chanceFrom(4))
  const [one, other] = [rows[9]!, rows[280]!]
  const found = matrixOf(16, rows).cosines(one.vector, (fileId, ordinal) =>
    [one, other].some((row) => row.fileId === fileId && row.ordinal === ordinal),
  )
  expect(found).toEqual(plainly([one, other], one.vector, 2))
})
