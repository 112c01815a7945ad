import { expect, test } from 'vitest'
import { prefixWithSpread, unitPrefix } from './unitPrefix.ts'

test('a prefix has unit length again', () => {
  const prefix = unitPrefix(Float32Array.of(0.3, 0.4, 0.5, 0.7), 2)
  expect([...prefix]).toEqual([expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)])
})

test('a vector that is short enough, and a prefix of zeros, is left as it is', () => {
  const vector = Float32Array.of(0, 0, 1)
  expect(unitPrefix(vector, 3)).toBe(vector)
  expect([...unitPrefix(vector, 2)]).toEqual([0, 0])
})

test('the spread of the numbers is shortened and scaled as they are', () => {
  const { vector, spread } = prefixWithSpread(Float32Array.of(3, 4, 5), Float32Array.of(5, 10, 1), 2)
  expect([...vector]).toEqual([expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)])
  expect([...(spread ?? [])]).toEqual([1, 2])
})
