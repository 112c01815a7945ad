import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dot, lengthOf } from './dot.ts'
import { mostOff, roundVector } from './rounding.ts'

test('the product of two roundings is never further off than is said', () => {
  const number = fc.float({ min: -1, max: 1, noNaN: true })
  const vector = fc.array(number, { minLength: 6, maxLength: 6 }).map((numbers) => Float32Array.from(numbers))
  fc.assert(
    fc.property(vector, vector, (one, other) => {
      const bytes = new Int8Array(6)
      const otherBytes = new Int16Array(6)
      const rounding = roundVector(one, bytes, 0)
      const otherRounding = roundVector(other, otherBytes, 0)
      let product = 0
      for (let i = 0; i < 6; i++) product += bytes[i]! * otherBytes[i]!
      const off = Math.abs(product * rounding.scale * otherRounding.scale - dot(one, other, 0))
      expect(off).toBeLessThanOrEqual(
        mostOff(rounding.error, lengthOf(one), otherRounding.error, lengthOf(other)) + 1e-12,
      )
    }),
    { numRuns: 2000 },
  )
})
