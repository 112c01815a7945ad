import { expect, test } from 'vitest'
import { halfOverlapping, spread } from './spread.ts'

test('the spread of each number is its standard deviation, and that of equal vectors is zero', () => {
  expect(spread([Float32Array.of(1, 5), Float32Array.of(3, 5)])).toEqual(Float32Array.of(1, 0))
  expect(spread([Float32Array.of(0), Float32Array.of(0), Float32Array.of(3)])).toEqual(
    Float32Array.of(Math.SQRT2),
  )
})

test('one vector alone has no spread', () => {
  expect(spread([Float32Array.of(1)])).toBeUndefined()
  expect(spread([])).toBeUndefined()
})

test('windows overlap by half and cover the whole', () => {
  expect(halfOverlapping(3)).toEqual([
    { from: 0, to: 0.5 },
    { from: 0.25, to: 0.75 },
    { from: 0.5, to: 1 },
  ])
  expect(halfOverlapping(1)).toEqual([{ from: 0, to: 1 }])
})
