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

/** A part of a document that consists of texts. */
export type TextPart = Extract<TaskPart, { kind: 'words' | 'chunks' }>

/** Such a part, cut by a compute child for a model that another server computes. */
export interface PartCut {
  file: string
  part: TextPart
}

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

/** A text of a document that has no vector yet. */
export interface PartText extends Pick<PartVector, 'place' | 'weight'> {
  text: string
}

export interface PartSummary {
  /** Of text that was embedded, as limits on text count them. */
  textTokens: number
  warnings: readonly Warning[]
}
