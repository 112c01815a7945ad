import { openKernel, PAGE_BYTES } from './kernel.ts'
import { NUMBERS_PER_TURN } from './kernelModule.ts'

/** WebAssembly, or the plain loop. */
export type KernelKind = 'wasm' | 'plain'

/** Multiplies rows of bytes with a query. Rows are as long as `paddedLength` says, with zeros at the end. */
export interface ByteProducts {
  readonly kernel: KernelKind
  /** Sets the query for the products that follow. */
  setQuery(query: Int16Array): void
  /** The products of the query with each of the first rows in `bytes`; overwritten by the next call. */
  of(bytes: Int8Array, rowCount: number): Int32Array
}

/** How many bytes a row of so many numbers takes. */
export const paddedLength = (length: number): number =>
  Math.ceil(length / NUMBERS_PER_TURN) * NUMBERS_PER_TURN

/**
 * Products by WebAssembly, for at most `mostRows` rows of `rowBytes` (a padded length) at once, or by a plain loop where
 * this machine or V8 does not run it, or where a first try differs from the plain loop.
 */
export function makeByteProducts(rowBytes: number, mostRows: number): ByteProducts {
  const plain = plainProducts(rowBytes, mostRows)
  const fast = wasmProducts(rowBytes, mostRows)
  return fast !== undefined && agree(fast, plain, rowBytes) ? fast : plain
}

/**
 * All rows go through one small memory that stays in the processor's cache: the matrices themselves are ordinary
 * arrays, which are freed as such. With the copying, 100,000 rows of 512 take about 6.5 ms. Undefined where there is no
 * WebAssembly with vectors of 128 bits.
 */
export function wasmProducts(rowBytes: number, mostRows: number): ByteProducts | undefined {
  const queryBytes = 2 * rowBytes
  const sumsAt = queryBytes
  const rowsAt = sumsAt + 4 * mostRows
  const kernel = openKernel(Math.ceil((rowsAt + mostRows * rowBytes) / PAGE_BYTES))
  if (kernel === undefined) return undefined
  const { memory, multiply } = kernel
  const query = new Int16Array(memory, 0, rowBytes)
  const sums = new Int32Array(memory, sumsAt, mostRows)
  const rows = new Int8Array(memory, rowsAt, mostRows * rowBytes)
  return {
    kernel: 'wasm',
    setQuery: (numbers) => query.set(numbers),
    of(bytes, rowCount) {
      rows.set(rowCount === mostRows ? bytes : bytes.subarray(0, rowCount * rowBytes))
      if (rowCount > 0) multiply(rowsAt, rowsAt + rowCount * rowBytes, 0, queryBytes, sumsAt)
      return sums
    },
  }
}

/** The same by a plain loop. */
export function plainProducts(rowBytes: number, mostRows: number): ByteProducts {
  const query = new Int16Array(rowBytes)
  const sums = new Int32Array(mostRows)
  return {
    kernel: 'plain',
    setQuery: (numbers) => query.set(numbers),
    of(bytes, rowCount) {
      for (let row = 0; row < rowCount; row++) {
        let sum = 0
        for (let i = 0; i < rowBytes; i++) sum += (query[i] ?? 0) * (bytes[row * rowBytes + i] ?? 0)
        sums[row] = sum
      }
      return sums
    },
  }
}

function agree(one: ByteProducts, other: ByteProducts, rowBytes: number): boolean {
  const rows = Int8Array.from({ length: 2 * rowBytes }, (_, i) => ((i * 89) % 255) - 127)
  const query = Int16Array.from({ length: rowBytes }, (_, i) => ((i * 53) % 255) - 127)
  one.setQuery(query)
  other.setQuery(query)
  const sums = one.of(rows, 2)
  return other
    .of(rows, 2)
    .subarray(0, 2)
    .every((sum, row) => sum === sums[row])
}
