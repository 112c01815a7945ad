import type { Steps } from '../turns.ts'
import { scaleToUnit } from '../unitLength.ts'
import { overFrames } from './frames.ts'
import type { Levels } from './levels.ts'
import { BANDS } from './spectrogram.ts'

const COEFFICIENTS = 20
const CORRELATED = 14

/** The shape of the spectrum as mel cepstra, and which of its features move together. */
export interface Timbre {
  /** Means over time of the coefficients 1..19, the higher ones raised by half a step each. */
  meanShape: Float64Array
  /** Correlations over time between the coefficients 0..13: 91 pairs. */
  correlations: Float64Array
}

/** c_k = (1/64) sum over the bands b of L_b cos(pi k (b + 1/2) / 64). */
export function* timbreOf({ frames, bands }: Levels): Steps<Timbre> {
  const cepstra = yield* toCepstra(frames, bands)
  const means = yield* meansOf(frames, cepstra)
  const raised = means.subarray(1).map((mean, i) => mean * (1 + 0.5 * i))
  return { meanShape: scaleToUnit(raised), correlations: yield* correlationsOf(frames, cepstra, means) }
}

function* toCepstra(frames: number, bands: Float32Array): Steps<Float32Array> {
  const cosines = new Float64Array(COEFFICIENTS * BANDS)
  for (let k = 0; k < COEFFICIENTS; k++)
    for (let band = 0; band < BANDS; band++)
      cosines[k * BANDS + band] = Math.cos((Math.PI * k * (band + 0.5)) / BANDS)
  const cepstra = new Float32Array(frames * COEFFICIENTS)
  yield* overFrames(frames, (frame) => {
    const start = frame * BANDS
    for (let k = 0; k < COEFFICIENTS; k++) {
      let sum = 0
      for (let band = 0; band < BANDS; band++)
        sum += (bands[start + band] ?? 0) * (cosines[k * BANDS + band] ?? 0)
      cepstra[frame * COEFFICIENTS + k] = sum / BANDS
    }
  })
  return cepstra
}

function* meansOf(frames: number, cepstra: Float32Array): Steps<Float64Array> {
  const means = new Float64Array(COEFFICIENTS)
  yield* overFrames(frames, (frame) => {
    for (let k = 0; k < COEFFICIENTS; k++)
      means[k] = (means[k] ?? 0) + (cepstra[frame * COEFFICIENTS + k] ?? 0)
  })
  return means.map((sum) => sum / frames)
}

function* correlationsOf(frames: number, cepstra: Float32Array, means: Float64Array): Steps<Float64Array> {
  const products = new Float64Array(CORRELATED * CORRELATED)
  const deviations = new Float64Array(CORRELATED)
  yield* overFrames(frames, (frame) => {
    for (let k = 0; k < CORRELATED; k++)
      deviations[k] = (cepstra[frame * COEFFICIENTS + k] ?? 0) - (means[k] ?? 0)
    for (let k = 0; k < CORRELATED; k++)
      for (let other = k; other < CORRELATED; other++) {
        const i = k * CORRELATED + other
        products[i] = (products[i] ?? 0) + (deviations[k] ?? 0) * (deviations[other] ?? 0)
      }
  })
  // The small constant keeps what hardly moves from counting as correlated.
  const spread = (k: number) => Math.sqrt((products[k * CORRELATED + k] ?? 0) / frames) + 1e-3
  const correlations: number[] = []
  for (let k = 0; k < CORRELATED; k++)
    for (let other = k + 1; other < CORRELATED; other++)
      correlations.push((products[k * CORRELATED + other] ?? 0) / frames / spread(k) / spread(other))
  return scaleToUnit(Float64Array.from(correlations))
}
