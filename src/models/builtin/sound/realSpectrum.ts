/**
 * Makes the function that writes the power |X(k)|^2, k = 0..size/2, of `size` real numbers to `power`. It is given
 * the numbers and overwrites them. A real transform by a complex one of half the size (Cooley-Tukey, radix 2).
 *
 * @param size a power of two
 */
export function makeRealSpectrum(size: number): (signal: Float64Array, power: Float64Array) => void {
  const half = size / 2
  const order = reversedBits(half)
  const cosines = Float64Array.from({ length: half }, (_, i) => Math.cos((2 * Math.PI * i) / size))
  const sines = Float64Array.from({ length: half }, (_, i) => Math.sin((2 * Math.PI * i) / size))
  const real = new Float64Array(half)
  const imaginary = new Float64Array(half)

  return (signal, power) => {
    for (let i = 0; i < half; i++) {
      const from = 2 * (order[i] ?? 0)
      real[i] = signal[from] ?? 0
      imaginary[i] = signal[from + 1] ?? 0
    }
    transform(real, imaginary, cosines, sines)
    writePower(real, imaginary, cosines, sines, power)
  }
}

function reversedBits(size: number): Uint16Array {
  const order = new Uint16Array(size)
  for (let i = 1; i < size; i++) order[i] = ((order[i >> 1] ?? 0) >> 1) + (i & 1 ? size / 2 : 0)
  return order
}

// Entries come in bit-reversed order. The tables are for twice the size, so every second entry is used.
function transform(
  real: Float64Array,
  imaginary: Float64Array,
  cosines: Float64Array,
  sines: Float64Array,
): void {
  const size = real.length
  for (let half = 1; half < size; half *= 2) {
    const step = size / half
    for (let start = 0; start < size; start += 2 * half) {
      for (let i = 0; i < half; i++) {
        const cosine = cosines[i * step] ?? 0
        const sine = sines[i * step] ?? 0
        const upper = start + i
        const lower = upper + half
        const lowerReal = real[lower] ?? 0
        const lowerImaginary = imaginary[lower] ?? 0
        const turnedReal = lowerReal * cosine + lowerImaginary * sine
        const turnedImaginary = lowerImaginary * cosine - lowerReal * sine
        const upperReal = real[upper] ?? 0
        const upperImaginary = imaginary[upper] ?? 0
        real[lower] = upperReal - turnedReal
        imaginary[lower] = upperImaginary - turnedImaginary
        real[upper] = upperReal + turnedReal
        imaginary[upper] = upperImaginary + turnedImaginary
      }
    }
  }
}

// The even and the odd entries of the signal were the real and the imaginary parts; here their spectra are parted
// and joined: X(k) = E(k) + e^(-2 pi i k / size) O(k).
function writePower(
  real: Float64Array,
  imaginary: Float64Array,
  cosines: Float64Array,
  sines: Float64Array,
  power: Float64Array,
): void {
  const half = real.length
  power[0] = ((real[0] ?? 0) + (imaginary[0] ?? 0)) ** 2
  power[half] = ((real[0] ?? 0) - (imaginary[0] ?? 0)) ** 2
  for (let k = 1; k < half; k++) {
    const mirrored = half - k
    const evenReal = ((real[k] ?? 0) + (real[mirrored] ?? 0)) / 2
    const evenImaginary = ((imaginary[k] ?? 0) - (imaginary[mirrored] ?? 0)) / 2
    const oddReal = ((imaginary[k] ?? 0) + (imaginary[mirrored] ?? 0)) / 2
    const oddImaginary = ((real[mirrored] ?? 0) - (real[k] ?? 0)) / 2
    const cosine = cosines[k] ?? 0
    const sine = sines[k] ?? 0
    const sumReal = evenReal + oddReal * cosine + oddImaginary * sine
    const sumImaginary = evenImaginary + oddImaginary * cosine - oddReal * sine
    power[k] = sumReal * sumReal + sumImaginary * sumImaginary
  }
}
