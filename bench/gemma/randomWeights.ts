/** Seeded random weights as little-endian bytes, the same in every run. */
export const randomWeights = { int8, float32 }

/** Evenly from -127 to 127: 74 is their deviation. */
function int8(count: number): Uint8Array {
  const words = randomWords(Math.ceil(count / 4))
  const bytes = new Uint8Array(words.buffer, 0, count)
  for (let i = 0; i < count; i++) if (bytes[i] === 128) bytes[i] = 0
  return bytes
}

/** Evenly around 0, so that the length of what is multiplied stays: a variance of 1 / `rows`. */
function float32(count: number, rows: number): Uint8Array {
  const words = randomWords(count)
  const values = new Float32Array(words.buffer)
  const scale = Math.sqrt(12 / rows) / 2 ** 32
  for (let i = 0; i < count; i++) values[i] = ((words[i] ?? 0) - 2 ** 31) * scale
  return new Uint8Array(values.buffer)
}

let state = 20_260_214

/** Xorshift (Marsaglia 2003). */
function randomWords(count: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[i] = state
  }
  return words
}
