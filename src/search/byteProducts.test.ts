import { expect, test } from 'vitest'
import { chanceFrom } from '../../test/support/unitVectors.ts'
import { makeByteProducts, paddedLength, plainProducts, wasmProducts } from './byteProducts.ts'

const ROWS = 5

test('the kernel gives what the plain loop gives, for rows of any length and bytes of any value', () => {
  const chance = chanceFrom(1)
  const byte = () => Math.floor(chance() * 255) - 127
  for (const rowBytes of [32, 64, 128, 512, 768, 1024, 4096]) {
    const fast = wasmProducts(rowBytes, ROWS)!
    const plain = plainProducts(rowBytes, ROWS)
    for (const value of [byte, () => 127, () => -127, () => 0]) {
      const rows = Int8Array.from({ length: ROWS * rowBytes }, value)
      const query = Int16Array.from({ length: rowBytes }, value)
      fast.setQuery(query)
      plain.setQuery(query)
      for (const count of [0, 1, ROWS])
        expect(fast.of(rows, count).slice(0, count)).toEqual(plain.of(rows, count).slice(0, count))
    }
  }
})

test('without WebAssembly the plain loop works in its place', () => {
  const { WebAssembly } = globalThis as { WebAssembly?: object }
  try {
    delete (globalThis as { WebAssembly?: object }).WebAssembly
    expect(wasmProducts(32, 2)).toBeUndefined()
    const products = makeByteProducts(32, 2)
    products.setQuery(new Int16Array(32).fill(2))
    expect([...products.of(new Int8Array(64).fill(3), 2)]).toEqual([192, 192])
  } finally {
    Object.assign(globalThis, { WebAssembly })
  }
})

test('rows are filled up to whole turns of the kernel', () => {
  expect([1, 32, 33, 512].map(paddedLength)).toEqual([32, 32, 64, 512])
})
