// Between these the digits are written here; the few other numbers are left to the language, which is slower.
const LEAST = 1e-7
const MOST = 1

const MINUS = 45
const POINT = 46
const ZERO = 48
const COMMA = 44
const OPEN = 91
const CLOSE = 93

// A sign, 21 digits before an exponent is used, and the comma.
const NUMBER_BYTES = 23

/** How many bytes the JSON of `count` numbers has at most. */
export const maxJsonBytes = (count: number): number => 2 + count * NUMBER_BYTES

/**
 * Writes numbers as a JSON array into `target` from `at` on, where `maxJsonBytes` must be free; returns the end.
 * Each has the first of 7, 8 or 9 significant digits that gives the same float32 again, which is about half of what
 * `JSON.stringify` writes. Throws for NaN and infinities, which JSON does not have.
 */
export function writeFloats(numbers: Float32Array, target: Uint8Array, at: number): number {
  let end = at
  target[end++] = OPEN
  for (const [index, number] of numbers.entries()) {
    if (index > 0) target[end++] = COMMA
    end = writeFloat(number, target, end)
  }
  target[end++] = CLOSE
  return end
}

function writeFloat(number: number, target: Uint8Array, at: number): number {
  const size = Math.abs(number)
  if (!(size >= LEAST && size < MOST)) return writeText(shortText(number), target, at)
  let end = at
  if (number < 0) target[end++] = MINUS
  target[end++] = ZERO
  target[end++] = POINT
  return writeFraction(size, target, end)
}

function writeFraction(size: number, target: Uint8Array, at: number): number {
  let places = 7
  let scale = 1e7
  while (size * scale < 1e6) {
    scale *= 10
    places++
  }
  let digits = Math.round(size * scale)
  // Both are whole and exact, so this quotient is the very number that a reader of the text gets.
  while (Math.fround(digits / scale) !== size) {
    scale *= 10
    places++
    digits = Math.round(size * scale)
  }
  while (digits % 10 === 0) {
    digits /= 10
    places--
  }
  for (let place = at + places - 1; place >= at; place--) {
    const tenth = (digits / 10) | 0
    target[place] = ZERO + digits - tenth * 10
    digits = tenth
  }
  return at + places
}

function shortText(number: number): string {
  if (number === 0) return Object.is(number, -0) ? '-0' : '0'
  if (!Number.isFinite(number)) throw new Error(`JSON cannot hold ${number}`)
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(number.toPrecision(digits))
    if (Math.fround(short) === number) return String(short)
  }
  return String(Number(number.toPrecision(9)))
}

function writeText(text: string, target: Uint8Array, at: number): number {
  for (let index = 0; index < text.length; index++) target[at + index] = text.charCodeAt(index)
  return at + text.length
}
