import type { Frame } from './frames.ts'
import type { Size } from './scaling.ts'

// Measured on 35 hard cuts between real and made scenes, at two frames a second: recall 1.00, precision 0.88. Fades
// were not measured.
const THRESHOLD = 0.5
const SIDE = 64
const BINS = 512

/** Watches frames in order of time for hard cuts. */
export interface ShotDetector {
  /** True when the frame shows another shot than the one before it. False for the first frame. */
  isChange(rgb: Uint8Array): boolean
}

/**
 * Compares the colours of a frame with those of the one before, in each quarter of the picture: histograms of 8 x 8 x 8
 * colours, and a shot changes where they differ by more than half of all that they can (mean of the four L1 distances).
 */
export function makeShotDetector(size: Size): ShotDetector {
  let before: Float32Array | undefined
  return {
    isChange(rgb) {
      const now = quarterHistograms(rgb, size)
      const isChange = before !== undefined && distance(before, now) > THRESHOLD
      before = now
      return isChange
    },
  }
}

/** The times of the frames that begin another shot. */
export function shotChangesMs(frames: readonly Frame[], size: Size): number[] {
  const detector = makeShotDetector(size)
  return frames.filter(({ rgb }) => detector.isChange(rgb)).map(({ timeMs }) => timeMs)
}

// Nearest pixels of a 64 x 64 grid are enough for a histogram.
function quarterHistograms(rgb: Uint8Array, { width, height }: Size): Float32Array {
  const histograms = new Float32Array(4 * BINS)
  const share = 4 / (SIDE * SIDE)
  for (let row = 0; row < SIDE; row++) {
    const y = Math.floor(((row + 0.5) / SIDE) * height)
    for (let column = 0; column < SIDE; column++) {
      const x = Math.floor(((column + 0.5) / SIDE) * width)
      const quarter = (row < SIDE / 2 ? 0 : 2) + (column < SIDE / 2 ? 0 : 1)
      const bin = quarter * BINS + colourBin(rgb, (y * width + x) * 3)
      histograms[bin] = (histograms[bin] ?? 0) + share
    }
  }
  return histograms
}

const colourBin = (rgb: Uint8Array, at: number): number =>
  ((rgb[at] ?? 0) >> 5) * 64 + ((rgb[at + 1] ?? 0) >> 5) * 8 + ((rgb[at + 2] ?? 0) >> 5)

// Two histograms of sum 1 are at most 2 apart.
function distance(one: Float32Array, other: Float32Array): number {
  let sum = 0
  for (let bin = 0; bin < one.length; bin++) sum += Math.abs((one[bin] ?? 0) - (other[bin] ?? 0))
  return sum / 8
}
