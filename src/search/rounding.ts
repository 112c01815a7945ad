/** What became of a vector whose numbers were rounded to bytes: about `scale` times the bytes. */
export interface Rounding {
  /** What one step of a byte stands for. */
  scale: number
  /** The length of the difference between the vector and its rounding. */
  error: number
}

const MOST = 127

/** Rounds a vector to whole steps of -127..127, written to `bytes` from `start` on. */
export function roundVector(vector: Float32Array, bytes: Int8Array | Int16Array, start: number): Rounding {
  let greatest = 0
  for (const number of vector) greatest = Math.max(greatest, Math.abs(number))
  const scale = greatest / MOST
  if (scale === 0) {
    bytes.fill(0, start, start + vector.length)
    return { scale, error: 0 }
  }
  let squares = 0
  for (let i = 0; i < vector.length; i++) {
    const number = vector[i] ?? 0
    const steps = Math.round(number / scale)
    bytes[start + i] = steps
    squares += (number - steps * scale) ** 2
  }
  return { scale, error: Math.sqrt(squares) }
}

/**
 * How far the product of two roundings can be from that of their vectors. With x = x' + e and y = y' + f,
 * x·y - x'·y' = e·y + x'·f, which is at most |e||y| + |x'||f| (Cauchy and Schwarz), and |x'| at most |x| + |e|.
 */
export const mostOff = (error: number, length: number, otherError: number, otherLength: number): number =>
  error * otherLength + (length + error) * otherError
