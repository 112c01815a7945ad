import type { MediaFacts } from './media.ts'
import type { ModelPin } from './model.ts'

export interface PictureWork {
  model: ModelPin
  file: string
  /** Present: one vector of both. */
  text?: string
}

export interface ThumbnailWork {
  file: string
  facts: MediaFacts
  /** Of a video. */
  atSec: number
  /** Pixels. */
  mostWidth: number
  format: 'jpeg' | 'webp'
}

export interface WaveformWork {
  file: string
  facts: MediaFacts
  /** How many stretches of equal length. */
  points: number
}

/** Of each stretch the lowest and the highest sample, -1..1. */
export interface Waveform {
  durationSec: number
  lowest: Float32Array
  highest: Float32Array
}
