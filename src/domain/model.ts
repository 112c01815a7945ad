import type { Space } from './embedding.ts'
import type { TextUse } from './work.ts'

/** What a model embeds into which space. `transcription` is text; a clip's frames together are `video`. */
export type InputKind = 'text' | 'image' | 'video' | 'audio' | 'fused'

export interface SpaceFacts {
  space: Space
  dimension: number
}

/** What is known of a model without loading it. Named in every answer. */
export interface ModelFacts {
  id: string
  revision: string
  spaces: Readonly<Record<InputKind, SpaceFacts>>
  /** True when its text vectors hold the words of a text and not their meaning: a search by words then adds as much. */
  isLexical: boolean
  /** True when the first numbers of a vector, scaled to unit length again, are a shorter vector of the same meaning. */
  arePrefixesUsable?: boolean
  /** What the model cannot do, in one sentence for people; absent when there is nothing to warn of. */
  caveat?: string
  /** How frames and sound must be prepared for it. */
  input: ModelInput
}

export interface ModelInput {
  /** Pictures are stretched to this size, RGB, 8 bits a channel, row-major. */
  pictureWidth: number
  pictureHeight: number
  /** How many frames of a clip are embedded, at the middles of as many equal parts of it. */
  framesPerClip: number
  /** Mono samples in -1..1 at this rate. */
  sampleRateHz: number
}

/** All that one clip offers to a fused vector. What the clip does not have is absent. */
export interface FusedParts {
  visual?: { frames: readonly Uint8Array[]; vector: Float32Array }
  audio?: { samples: Float32Array; vector: Float32Array }
  transcription?: { text: string; vector: Float32Array }
}

/**
 * A loaded model. Every vector is a Float32Array of its space's dimension and of unit length, and depends on the
 * arguments alone: not on what ran before or beside it. Calls give the event loop a turn at least every 20 ms of
 * computing, so that a short request never waits behind a long one.
 */
export interface EmbeddingModel {
  readonly facts: ModelFacts
  text(texts: readonly string[], use: TextUse): Promise<Float32Array[]>
  /** Says whether a text can be embedded whole. Absent: any can. */
  readonly fits?: (text: string) => boolean
  /** One RGB picture of `facts.input` size. */
  image(rgb: Uint8Array): Promise<Float32Array>
  /** The frames of one clip in order, at least one. */
  video(frames: readonly Uint8Array[]): Promise<Float32Array>
  audio(samples: Float32Array): Promise<Float32Array>
  /** At least one part. */
  fused(parts: FusedParts): Promise<Float32Array>
  close(): Promise<void>
}
