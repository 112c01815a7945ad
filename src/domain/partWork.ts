import type { DocumentModality, Quadrant, Space, Warning } from './embedding.ts'
import type { ModelPin } from './model.ts'

/** Chunks of so many sentences, of which the first ones are the last of the chunk before. */
export interface SentenceChunks {
  mostSentences: number
  /** Less than `mostSentences`. */
  overlapSentences: number
}

/** A part of a picture or a document, embedded by a compute child. */
export interface PartWork {
  file: string
  model: ModelPin
  part: TaskPart
  uncertainty: boolean
}

export type TaskPart =
  | { kind: 'picture' }
  /** Pages of a PDF, from 1, both included. */
  | { kind: 'pages'; first: number; last: number; quadrants: boolean }
  /** All words of a document: stretches that follow each other, for one vector of the whole. */
  | { kind: 'words' }
  /** Chunks of a text, from this one on, counted from 0. */
  | { kind: 'chunks'; chunks: SentenceChunks; from: number }

/** What of a picture or a document a vector stands for. */
export type PartPlace =
  | { scope: 'page'; page: number; quadrant?: Quadrant }
  | { scope: 'chunk'; chunk: number }
  | { scope: 'asset' }

export interface PartVector {
  modality: DocumentModality
  space: Space
  vector: Float32Array
  /** As many numbers as the vector: the standard deviation of each over windows of the part. */
  uncertainty?: Float32Array
  place: PartPlace
  /** How much it counts for the whole; 0: not at all. */
  weight: number
}

export interface PartSummary {
  /** Of text that was embedded, as limits on text count them. */
  textTokens: number
  warnings: readonly Warning[]
}
