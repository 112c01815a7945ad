import type { ChunkSettings, Loader, Place } from './document.ts'
import type { ModelPin } from './model.ts'

/** One document to be read and cut by a compute child. */
export interface CutWork {
  file: string
  /** The last part of its key: breaks ties where the content does not say what it is. */
  name: string
  chunks: ChunkSettings
  loader: Loader
}

/** One document to be read, cut and embedded by a compute child. */
export interface DocumentWork extends CutWork {
  model: ModelPin
}

/** A chunk that has no vector yet. */
export interface CutChunk {
  /** Counts from 0 in the order of the document. */
  ordinal: number
  text: string
  place: Place
  /** How often each term stands in the chunk, as JSON: `{"refund":2}`. As text it goes as it is to where it is kept. */
  termsJson: string
}

export interface EmbeddedChunk extends CutChunk {
  /** Of the model's text space, unit length. */
  vector: Float32Array
}

export interface DocumentSummary {
  chunkCount: number
  /** Of all chunks, as limits on text count them. */
  textTokens: number
  /** MD5 of the bytes that were read, hex. */
  checksum: string
  sizeBytes: number
}
