import { EmbedlineError } from './errors.ts'
import type { Space } from './embedding.ts'

/** What a model embeds into which space. `transcription` is text; a clip's frames together are `video`. */
export type InputKind = 'text' | 'image' | 'video' | 'audio' | 'fused'

/** How a text will be used: some models prompt a query and a document differently. */
export type TextUse = 'query' | 'document'

export interface SpaceFacts {
  space: Space
  dimension: number
}

/** Which model, pinned when the task was created. */
export interface ModelPin {
  id: string
  revision: string
}

/** The pin alone, of anything that has one: facts have more in them than a pipe can carry. */
export const pinOf = ({ id, revision }: ModelPin): ModelPin => ({ id, revision })

/** A model with its revision, as one word. */
export const nameOfModel = ({ id, revision }: ModelPin): string => `${id}@${revision}`

/** What is known of a model without loading it. Named in every answer. */
export interface ModelFacts {
  id: string
  revision: string
  /** In which numbers it computes, for people: `float32`, `q8`. Vectors of two precisions are of one space. */
  precision: string
  /** What it embeds; what is absent it cannot embed. */
  spaces: Readonly<Partial<Record<InputKind, SpaceFacts>>>
  /** True when its text vectors hold the words of a text and not their meaning: a search by words then adds as much. */
  isLexical: boolean
  /** True when the first numbers of a vector, scaled to unit length again, are a shorter vector of the same meaning. */
  arePrefixesUsable?: boolean
  /** What the model cannot do, in one sentence for people; absent when there is nothing to warn of. */
  caveat?: string
  /** True for one that another server computes: the compute children do not have it. */
  isRemote?: boolean
  /**
   * How long one run may keep its process from answering anything, seconds; absent: a moment. A model that has it takes
   * long to load as well.
   */
  longestRunSec?: number
  /** What a process that has loaded it keeps for itself at least, by counting; absent: little. */
  leastMemoryBytes?: number
  /** How frames and sound must be prepared for it; absent for one that embeds text alone. */
  input?: ModelInput
}

/** Pixels. */
export interface Size {
  width: number
  height: number
}

export interface ModelInput {
  /** To what size a still picture of this size, as displayed, is stretched. */
  pictureSize: (shown: Size) => Size
  /** The same for the frames of a video: all of one video have one size. */
  frameSize: (shown: Size) => Size
  /** How many frames stand for a clip of this length, at the middles of as many equal parts of it; at least 1. */
  framesOf: (clipSec: number) => number
  /** Mono samples in -1..1 at this rate. */
  sampleRateHz: number
}

/** RGB, 8 bits a channel, row-major. */
export interface Picture extends Size {
  rgb: Uint8Array
}

/** All that is to be one vector. What is not there is absent; a vector is there when it was computed already. */
export interface FusedParts {
  picture?: Picture
  /** In order, at least one, all of one size. */
  visual?: { frames: readonly Picture[]; vector?: Float32Array }
  audio?: { samples: Float32Array; vector?: Float32Array }
  transcription?: { text: string; vector?: Float32Array }
}

/**
 * A loaded model. Every vector is a Float32Array of its space's dimension and of unit length, and depends on the
 * arguments alone: not on what ran before or beside it. Calls give the event loop a turn as often as their computing
 * allows, so that a short request waits for no more than one run behind a long one.
 */
export interface EmbeddingModel {
  readonly facts: ModelFacts
  text(texts: readonly string[], use: TextUse): Promise<Float32Array[]>
  /** Says whether a text can be embedded whole. Absent: any can. */
  readonly fits?: (text: string) => boolean
  /** A picture of the size that `facts.input` asks for. */
  image(picture: Picture): Promise<Float32Array>
  /** The frames of one clip in order, at least one, all of one size. */
  video(frames: readonly Picture[]): Promise<Float32Array>
  audio(samples: Float32Array): Promise<Float32Array>
  /** At least one part. */
  fused(parts: FusedParts): Promise<Float32Array>
  close(): Promise<void>
}

/** Of a model that embeds such things. Throws `modality_unsupported`, naming `field`, for one that does not. */
export function spaceOf(
  { id, spaces }: Pick<ModelFacts, 'id' | 'spaces'>,
  kind: InputKind,
  field?: string,
): SpaceFacts {
  const facts = spaces[kind]
  if (facts) return facts
  throw new EmbedlineError(
    'modality_unsupported',
    `The model ${id} cannot embed ${NAME[kind]}.`,
    field === undefined ? {} : { field },
  )
}

/** How frames and sound are prepared for a model. Throws `modality_unsupported` for one that embeds text alone. */
export function inputOf({ id, input }: Pick<ModelFacts, 'id' | 'input'>): ModelInput {
  if (input) return input
  throw new EmbedlineError('modality_unsupported', `The model ${id} embeds text only.`)
}

const NAME: Readonly<Record<InputKind, string>> = {
  text: 'texts',
  image: 'pictures',
  video: 'videos',
  audio: 'sound',
  fused: 'several things as one',
}
