import type { Warning } from './embedding.ts'
import type { InputKind, ModelPin } from './model.ts'

/** Media that become one vector with others, and with a text. */
export interface MixtureSource {
  kind: 'image' | 'video' | 'audio' | 'document'
  file: string
}

export interface MixtureWork {
  model: ModelPin
  text?: string
  sources: readonly MixtureSource[]
  uncertainty: boolean
}

export interface MixtureAnswer {
  vector: Float32Array
  /** What the vector is of: in the space of these it lies. */
  kind: InputKind
  /** Of each number of the vector. */
  uncertainty?: Float32Array
  /** Of each source, in order. */
  sizes: readonly MixtureSize[]
  warnings: readonly Warning[]
}

/** How much a source is: seconds of video or sound, pages of a document, one picture. */
export interface MixtureSize {
  kind: MixtureSource['kind']
  amount: number
}
