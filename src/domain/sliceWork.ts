import type { ClipModality, Modality, Space, Warning } from './embedding.ts'
import type { Cue, MediaFacts } from './media.ts'
import type { ModelPin } from './model.ts'
import type { Slice } from './slices.ts'
import type { MediaRequest } from './taskRequest.ts'

/** One or more neighbouring slices of one file, embedded in order by a compute child. */
export interface SliceWork {
  file: string
  model: ModelPin
  request: MediaRequest
  facts: MediaFacts
  /** The modalities that the file really has, of those asked for. */
  modalities: readonly ClipModality[]
  slices: readonly Slice[]
  /** Subtitle lines whose middle lies in one of the slices. */
  cues: readonly Cue[]
}

export interface ClipVector {
  modality: Modality
  space: Space
  vector: Float32Array
  /** As many numbers as the vector: the standard deviation of each over parts of the clip. */
  uncertainty?: Float32Array
}

/** One segment with its vectors. Seconds from the start of the file. */
export interface Clip {
  startSec: number
  endSec: number
  vectors: readonly ClipVector[]
  /** What is said in it, when a model that another server computes is still to embed it. */
  textToEmbed?: string
}

export interface SliceResult {
  slice: Slice
  clips: readonly Clip[]
  warnings: readonly Warning[]
  /** Set on the last slice when the media ended earlier than its container said. */
  endedAtSec?: number
}
