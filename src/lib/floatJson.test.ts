import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maxJsonBytes, writeFloats } from './floatJson.ts'

function toJson(numbers: Float32Array): string {
  const target = new Uint8Array(maxJsonBytes(numbers.length))
  return Buffer.from(target.subarray(0, writeFloats(numbers, target, 0))).toString()
}

const jsonOf = (...numbers: number[]) => toJson(Float32Array.from(numbers))

/** The same bits, so that 0 and -0 differ. */
const bits = (numbers: Float32Array) => [...new Uint32Array(numbers.slice().buffer)]

const parsed = (json: string) => Float32Array.from(JSON.parse(json) as number[])

test('an array of numbers is written as short JSON', () => {
  expect(jsonOf()).toBe('[]')
  expect(jsonOf(0, -0, 1, -1, 0.5, 0.1, -0.25, 0.001)).toBe('[0,-0,1,-1,0.5,0.1,-0.25,0.001]')
  expect(jsonOf(1 / 3, 0.9999999, 1e-5, 123.456)).toBe('[0.33333334,0.9999999,0.00001,123.456]')
})

test('every float32 comes back with the same bits: any pattern, subnormals, powers of two and their neighbours', () => {
  const patterns = new Uint32Array(300_000)
  let state = 1
  for (const index of patterns.keys()) {
    // xorshift32 (Marsaglia 2003): the same patterns in every run.
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    patterns[index] = state
  }
  const powers = Array.from({ length: 255 }, (_, exponent) => exponent << 23)
  const edges = powers.flatMap((bottom) => [bottom - 1, bottom, bottom + 1, bottom + 0x7f_ffff])
  const subnormals = Array.from({ length: 2_000 }, (_, index) => index)
  for (const some of [patterns, Uint32Array.from(edges), Uint32Array.from(subnormals)]) {
    const numbers = new Float32Array(some.buffer).filter(Number.isFinite)
    expect(bits(parsed(toJson(numbers)))).toEqual(bits(numbers))
  }
})

test('numbers as vectors hold them, and exact ties, come back the same in at most nine digits', () => {
  const ties = fc
    .integer({ min: -20, max: -1 })
    .chain((power) => fc.integer({ min: 1, max: 999 }).map((factor) => Math.fround(factor * 2 ** power)))
  const number = fc.oneof(fc.float({ min: -1, max: 1, noNaN: true }), ties)
  fc.assert(
    fc.property(fc.array(number, { maxLength: 40 }), (values) => {
      const numbers = Float32Array.from(values)
      const json = toJson(numbers)
      expect(bits(parsed(json))).toEqual(bits(numbers))
      for (const text of json.slice(1, -1).split(','))
        expect(text.replace(/e.*|[-.]/g, '').replace(/^0+/, '').length).toBeLessThanOrEqual(9)
    }),
  )
})

test('the longest numbers fit into the bytes that are set aside for them', () => {
  for (const longest of [-3.4028235e38, -1.17549435e-38, -123_456_790_000_000_000_000, -1.0000001e-7])
    expect(jsonOf(longest).length - 2).toBeLessThan(maxJsonBytes(1) - 2)
})

test('what JSON cannot hold is refused', () => {
  for (const number of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    expect(() => jsonOf(0.5, number)).toThrow('JSON cannot hold')
})
