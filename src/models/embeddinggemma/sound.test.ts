import { expect, test } from 'vitest'
import { soundPieces } from './sound.ts'

const lengths = (samples: number) => soundPieces(new Float32Array(samples)).map(({ length }) => length)

test('sound of up to 30 s stays whole, longer sound is cut into equal pieces', () => {
  expect(lengths(480_000)).toEqual([480_000])
  expect(lengths(480_001)).toEqual([240_001, 240_000])
  expect(lengths(16_000 * 61)).toEqual([325_333, 325_334, 325_333])
})

test('the short end of a recording is filled up with silence to a tenth of a second', () => {
  const [piece] = soundPieces(Float32Array.of(0.5, -0.5))
  expect([piece!.length, ...piece!.subarray(0, 4)]).toEqual([1600, 0.5, -0.5, 0, 0])
  expect(lengths(0)).toEqual([1600])
})

test.for([Number.NaN, Number.POSITIVE_INFINITY])('a sample that is %s is refused', (sample) => {
  expect(() => soundPieces(Float32Array.of(0, sample))).toThrow('no numbers')
})
