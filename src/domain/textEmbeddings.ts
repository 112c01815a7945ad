import type { Space, Warning } from './embedding.ts'
import type { ModelFacts } from './model.ts'

/** Texts to be embedded as documents. */
export interface TextsOrder {
  modelName: string
  texts: readonly string[]
  /** Fewer numbers than the model gives; absent: all of them. */
  dimension?: number
}

export interface TextEmbeddings {
  model: ModelFacts
  space: Space
  /** Unit length, in the order of the texts. */
  vectors: readonly Float32Array[]
  /** Of all texts together, as the limit counts them. */
  tokenCount: number
  warnings: readonly Warning[]
}
