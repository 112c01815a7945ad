/**
 * A vector as the type `halfvec` takes it in its binary form: how many numbers (two bytes), two bytes of zeros, and each
 * number in two bytes; the highest byte first (pgvector, `halfvec_recv`). Numbers of unit vectors lose at most 1/4096 of
 * their size.
 */
export function halfVectorOf(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES + 2 * vector.length)
  const numbers = Buffer.from(Float16Array.from(vector).buffer).swap16()
  bytes.writeUInt16BE(vector.length, 0)
  numbers.copy(bytes, HEAD_BYTES)
  return bytes
}

const HEAD_BYTES = 4
