import { centreToUnit, signedSquareRoots } from '../unitLength.ts'
import type { LabPlanes } from './planes.ts'

const LIGHTNESS_BINS = 6
const COLOUR_BINS = 8

/**
 * Which colours there are, wherever they are: 6 x 8 x 8 bins of Lab, each pixel shared among the eight nearest
 * (trilinear). Bins of a and b lie closer near grey, where most pixels are.
 */
export function colourHistogram({ lightness, a, b }: LabPlanes): Float64Array {
  const bins = new Float64Array(LIGHTNESS_BINS * COLOUR_BINS * COLOUR_BINS)
  for (let i = 0; i < lightness.length; i++) {
    const l = clamped(((lightness[i] ?? 0) / 100) * (LIGHTNESS_BINS - 1), LIGHTNESS_BINS - 1)
    const u = colourPosition(a[i] ?? 0)
    const v = colourPosition(b[i] ?? 0)
    const [lowL, lowU, lowV] = [
      lowerBin(l, LIGHTNESS_BINS),
      lowerBin(u, COLOUR_BINS),
      lowerBin(v, COLOUR_BINS),
    ]
    share(bins, (lowL * COLOUR_BINS + lowU) * COLOUR_BINS + lowV, l - lowL, u - lowU, v - lowV)
  }
  return centreToUnit(signedSquareRoots(bins))
}

function colourPosition(value: number): number {
  const root = (Math.sign(value) * Math.sqrt(Math.min(100, Math.abs(value)))) / 10
  return ((root + 1) / 2) * (COLOUR_BINS - 1)
}

const clamped = (value: number, most: number): number => Math.min(most, Math.max(0, value))

const lowerBin = (position: number, bins: number): number => Math.min(bins - 2, Math.floor(position))

// The fractions say how far the pixel lies towards the next bin of each axis.
function share(bins: Float64Array, first: number, alongL: number, alongU: number, alongV: number): void {
  for (let corner = 0; corner < 8; corner++) {
    const [l, u, v] = [corner >> 2, (corner >> 1) & 1, corner & 1]
    const part = (l ? alongL : 1 - alongL) * (u ? alongU : 1 - alongU) * (v ? alongV : 1 - alongV)
    const bin = first + (l * COLOUR_BINS + u) * COLOUR_BINS + v
    bins[bin] = (bins[bin] ?? 0) + part
  }
}
