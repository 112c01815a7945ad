/** Triangular filters over the power spectrum, one after the other. */
export interface MelBands {
  /** The first bin of each band. */
  first: Uint16Array
  /** Where each band's weights begin in `weights`; one entry more than there are bands. */
  offset: Uint16Array
  weights: Float64Array
}

export interface MelBandParts {
  bands: number
  lowHz: number
  highHz: number
  transformSize: number
  sampleRateHz: number
}

// HTK: mel = 2595 log10(1 + f / 700).
const toMel = (hz: number): number => 2595 * Math.log10(1 + hz / 700)
const toHz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1)

/** Bands with a peak of 1, evenly spaced in mel; a band narrower than a bin takes the nearest bin. */
export function melBands(parts: MelBandParts): MelBands {
  const { bands, lowHz, highHz } = parts
  const stepMel = (toMel(highHz) - toMel(lowHz)) / (bands + 1)
  const cornerHz = (i: number) => toHz(toMel(lowHz) + stepMel * i)
  const filters = Array.from({ length: bands }, (_, band) =>
    triangle(cornerHz(band), cornerHz(band + 1), cornerHz(band + 2), parts),
  )
  const offset = new Uint16Array(bands + 1)
  for (const [band, { weights }] of filters.entries()) offset[band + 1] = (offset[band] ?? 0) + weights.length
  return {
    first: Uint16Array.from(filters, ({ first }) => first),
    offset,
    weights: Float64Array.from(filters.flatMap(({ weights }) => weights)),
  }
}

function triangle(
  lowHz: number,
  peakHz: number,
  highHz: number,
  { transformSize, sampleRateHz }: MelBandParts,
) {
  const weights: number[] = []
  let first = 0
  for (let bin = 1; bin < transformSize / 2; bin++) {
    const hz = (bin * sampleRateHz) / transformSize
    if (hz <= lowHz || hz >= highHz) continue
    if (weights.length === 0) first = bin
    weights.push(hz < peakHz ? (hz - lowHz) / (peakHz - lowHz) : (highHz - hz) / (highHz - peakHz))
  }
  if (weights.length > 0) return { first, weights }
  return { first: Math.max(1, Math.round((peakHz * transformSize) / sampleRateHz)), weights: [1] }
}

/** The power in each band, written to `energies[at..]`. */
export function addBands(
  { first, offset, weights }: MelBands,
  power: Float64Array,
  energies: Float32Array,
  at: number,
): void {
  for (let band = 0; band < first.length; band++) {
    const start = offset[band] ?? 0
    const end = offset[band + 1] ?? 0
    const shift = (first[band] ?? 0) - start
    let sum = 0
    for (let i = start; i < end; i++) sum += (weights[i] ?? 0) * (power[i + shift] ?? 0)
    energies[at + band] = sum
  }
}
