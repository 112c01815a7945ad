import { expect, test } from 'vitest'
import { unitPrefix } from './unitPrefix.ts'

test('a prefix has unit length again', () => {
  const prefix = unitPrefix(Float32Array.of(0.3, 0.4, 0.5, 0.7), 2)
  expect([...prefix]).toEqual([expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)])
})

test('a vector that is short enough, and a prefix of zeros, is left as it is', () => {
  const vector = Float32Array.of(0, 0, 1)
  expect(unitPrefix(vector, 3)).toBe(vector)
  expect([...unitPrefix(vector, 2)]).toEqual([0, 0])
})
