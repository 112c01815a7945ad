import type { Space } from './embedding.ts'
import type { ModelPin } from './model.ts'

/** What vectors must have in common to be compared with each other: those of two spaces never meet. */
export interface VectorKind {
  model: ModelPin
  space: Space
  dimension: number
}

/** The vectors of an account's tasks that are of one kind. */
export interface VectorSet extends VectorKind {
  id: number
  vectorCount: number
  /** Raised by every change that a search can see. */
  version: number
}
