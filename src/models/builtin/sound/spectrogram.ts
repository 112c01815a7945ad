import { SAMPLE_RATE_HZ } from '../facts.ts'
import type { Steps } from '../turns.ts'
import { overFrames } from './frames.ts'
import { addBands, melBands } from './melBands.ts'
import { makeRealSpectrum } from './realSpectrum.ts'

const FRAME_SAMPLES = 400
const HOP_SAMPLES = 160
const TRANSFORM_SIZE = 512
export const FRAMES_PER_SEC = SAMPLE_RATE_HZ / HOP_SAMPLES

export const BANDS = 64
const LOWEST_HZ = 60
const HIGHEST_HZ = 7800

export const TONES = 12
const LOWEST_TONE_HZ = 110
const HIGHEST_TONE_HZ = 2100
const CONCERT_PITCH_HZ = 440

/** A sound in frames of 25 ms, 100 a second. Powers, not levels. */
export interface Spectrogram {
  frames: number
  /** 64 mel bands per frame. */
  bands: Float32Array
  /** Twelve tones of the octave per frame, all octaves together. */
  tones: Float32Array
}

/** Makes the function from mono samples at 16 kHz, -1..1, to their spectrogram. */
export function makeSpectrogram(): (samples: Float32Array) => Steps<Spectrogram> {
  const window = hannWindow()
  const filters = melBands({
    bands: BANDS,
    lowHz: LOWEST_HZ,
    highHz: HIGHEST_HZ,
    transformSize: TRANSFORM_SIZE,
    sampleRateHz: SAMPLE_RATE_HZ,
  })
  const toneOfBin = tonesOfBins()

  return function* (samples) {
    const frames = Math.max(1, 1 + Math.floor((samples.length - FRAME_SAMPLES) / HOP_SAMPLES))
    const bands = new Float32Array(frames * BANDS)
    const tones = new Float32Array(frames * TONES)
    // Of this call alone: it may be laid aside for another one in the middle of the sound.
    const toPower = makeRealSpectrum(TRANSFORM_SIZE)
    const signal = new Float64Array(TRANSFORM_SIZE)
    const power = new Float64Array(TRANSFORM_SIZE / 2 + 1)
    yield* overFrames(frames, (frame) => {
      for (let i = 0; i < FRAME_SAMPLES; i++)
        signal[i] = audible(samples[frame * HOP_SAMPLES + i] ?? 0) * (window[i] ?? 0)
      toPower(signal, power)
      addBands(filters, power, bands, frame * BANDS)
      addTones(toneOfBin, power, tones, frame * TONES)
    })
    return { frames, bands, tones }
  }
}

// Damaged files of float samples hold anything, infinities too; one such sample would make the whole vector NaN.
const audible = (sample: number): number => (Math.abs(sample) < 1000 ? sample : 0)

// Periodic, as float32.
const hannWindow = (): Float32Array =>
  Float32Array.from(
    { length: FRAME_SAMPLES },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FRAME_SAMPLES),
  )

const NO_TONE = -1

function tonesOfBins(): Int8Array {
  return Int8Array.from({ length: TRANSFORM_SIZE / 2 }, (_, bin) => {
    const hz = (bin * SAMPLE_RATE_HZ) / TRANSFORM_SIZE
    if (hz <= LOWEST_TONE_HZ || hz >= HIGHEST_TONE_HZ) return NO_TONE
    const tone = Math.round(TONES * Math.log2(hz / CONCERT_PITCH_HZ)) % TONES
    return (tone + TONES) % TONES
  })
}

function addTones(toneOfBin: Int8Array, power: Float64Array, tones: Float32Array, at: number): void {
  for (let bin = 0; bin < toneOfBin.length; bin++) {
    const tone = toneOfBin[bin] ?? NO_TONE
    if (tone !== NO_TONE) tones[at + tone] = (tones[at + tone] ?? 0) + (power[bin] ?? 0)
  }
}
