import { expect, test } from 'vitest'
import { cosine } from '../../../test/support/vectors.ts'
import { joinBlocks, makeRotation } from './rotation.ts'

const wave = (size: number, frequency: number) =>
  Float64Array.from({ length: size }, (_, i) => Math.sin(frequency * i + frequency))

test('blocks keep their shares of the energy', () => {
  const joined = joinBlocks([
    { entries: Float64Array.of(1, 0), share: 0.36 },
    { entries: Float64Array.of(0, 0, -1), share: 0.64 },
  ])
  expect([...joined]).toEqual([0.6, 0, 0, 0, -0.8])
})

test('a rotation of 512 numbers keeps cosines exactly', () => {
  const rotate = makeRotation(512, 8)
  const [one, other] = [wave(307, 0.31), wave(307, 0.33)]
  expect(cosine(rotate(one), rotate(other))).toBeCloseTo(cosine(one, other), 6)
})

test('halving 1024 numbers keeps cosines roughly', () => {
  const rotate = makeRotation(1024, 7)
  const [one, other] = [wave(996, 0.31), wave(996, 0.311)]
  expect(Math.abs(cosine(rotate(one), rotate(other)) - cosine(one, other))).toBeLessThan(0.15)
})

test('the same numbers under two seeds are unrelated', () => {
  const entries = wave(500, 0.7)
  expect(Math.abs(cosine(makeRotation(512, 7)(entries), makeRotation(512, 8)(entries)))).toBeLessThan(0.15)
})
