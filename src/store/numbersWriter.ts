import type { NumbersAs } from '../domain/embedding.ts'
import { maxJsonBytes, writeFloats } from '../lib/floatJson.ts'
import { bytesOf } from './vectorBytes.ts'

/** How numbers are written into the bytes of a page. */
export interface NumbersWriter {
  /** How many bytes so many numbers take at most. */
  mostBytes(count: number): number
  /** Writes them as JSON from `at` on; returns the end. */
  write(numbers: Float32Array, target: Uint8Array, at: number): number
}

const QUOTE = 34

/** `json`: an array; `base64`: a string of little-endian float32; `none`: nothing at all. */
export const NUMBERS: Readonly<Record<NumbersAs, NumbersWriter>> = {
  json: { mostBytes: maxJsonBytes, write: writeFloats },
  base64: {
    mostBytes: (count) => 2 + Math.ceil((count * Float32Array.BYTES_PER_ELEMENT) / 3) * 4,
    write(numbers, target, at) {
      target[at] = QUOTE
      const text = Buffer.from(bytesOf(numbers)).toString('base64')
      Buffer.from(target.buffer, target.byteOffset, target.byteLength).write(text, at + 1, 'latin1')
      const end = at + 1 + text.length
      target[end] = QUOTE
      return end + 1
    },
  },
  none: { mostBytes: () => 0, write: (_numbers, _target, at) => at },
}
