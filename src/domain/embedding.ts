/** What was embedded: `fused` is one vector made of others, `text` the words of a document. */
export type Modality = 'visual' | 'audio' | 'transcription' | 'fused' | 'text'

/** What a clip of a video or of a sound can have. */
export type ClipModality = Exclude<Modality, 'fused' | 'text'>

/** What of a document can be embedded: its pages as they look, or its words. */
export type DocumentModality = 'visual' | 'text'

/** A vector for one clip (a segment of time), one page of a document, one chunk of a text, or the whole asset. */
export type Scope = 'clip' | 'page' | 'chunk' | 'asset'

/** In the order in which results are read; stored by their place in this list, as the modalities are. */
export const SCOPES = ['clip', 'page', 'chunk', 'asset'] as const satisfies readonly Scope[]
export const MODALITIES = [
  'visual',
  'audio',
  'transcription',
  'fused',
  'text',
] as const satisfies readonly Modality[]

/** A quarter of a page. */
export type Quadrant = 'top_left' | 'top_right' | 'bottom_left' | 'bottom_right'

export const QUADRANTS = [
  'top_left',
  'top_right',
  'bottom_left',
  'bottom_right',
] as const satisfies readonly Quadrant[]

/** Names the set of vectors that may be compared with each other. Vectors of different spaces never mix. */
export type Space = string

/** Where in its asset a vector stands. Seconds from the start of the file, also when the task began later; 0 for what has none. */
export interface EmbeddingPlace {
  startSec: number
  endSec: number
  /** Of a page, from 1. */
  page?: number
  /** Absent for a whole page. */
  quadrant?: Quadrant
  /** Of a chunk, from 0. */
  chunk?: number
}

/**
 * A stored vector, of unit length, on its way out. The numbers are already written as JSON, `[0.01,-0.2,…]`, exact as
 * float32.
 */
export interface EncodedEmbedding extends EmbeddingPlace {
  modality: Modality
  scope: Scope
  space: Space
  vectorJson: Uint8Array
  /** How far each number varies within what the vector stands for; as many numbers, written like them. */
  uncertaintyJson?: Uint8Array
}

/** Which embedding of a task one is, in the order in which they are read. */
export interface EmbeddingKey {
  scope: Scope
  /** As it is stored: when it begins in milliseconds, or its number. */
  position: number
  modality: Modality
}

/** An embedding that was read, by its key. */
export interface StoredEmbedding extends EncodedEmbedding, EmbeddingKey {
  /** Of the vector that is told. */
  dimension: number
}

/** A chunk of an embedded bucket on its way out, its vector written like those of embeddings. */
export interface EncodedChunk {
  fileKey: string
  /** Of a page that was crawled. */
  sourceUrl?: string
  ordinal: number
  text: string
  /** Place. */
  placeJson: string
  model: { id: string; revision: string }
  dimension: number
  vectorJson: Uint8Array
}

/** How numbers are told: as JSON, as a JSON string of base64 of little-endian float32, or not at all. */
export type NumbersAs = 'json' | 'base64' | 'none'

/** How stored vectors are read. */
export interface ReadingOptions {
  /** Of longer vectors only so many numbers are read, scaled to unit length again. */
  mostNumbers?: number
  /** Absent: as JSON. */
  numbers?: NumbersAs
  /** Absent: from the first on. */
  after?: EmbeddingKey
  /** At most so many. */
  limit?: number
  modalities?: readonly Modality[]
  scopes?: readonly Scope[]
  /** Only what has a time and overlaps this. */
  startSec?: number
  endSec?: number
}

/** How chunks of a bucket are read: in the order of the keys of their files. */
export interface ChunkReadingOptions extends Pick<ReadingOptions, 'mostNumbers' | 'numbers' | 'limit'> {
  after?: { fileKey: string; ordinal: number }
}

/** What a caller should know about a result that is otherwise fine. */
export interface Warning {
  code: WarningCode
  message: string
  option?: Modality
  startSec?: number
  endSec?: number
  item?: string
}

// Every warning, and whether it tells of something in the media that has no vectors because it could not be read.
const TELLS_OF_LOSS = {
  builtin_model: false,
  option_unavailable: false,
  extra_streams_ignored: false,
  media_truncated: true,
  media_damaged: true,
  duration_estimated: false,
  segment_skipped: true,
  page_skipped: true,
  chunk_skipped: true,
  crawl_bounded: false,
  subtitles_unreadable: true,
  transcript_unused: false,
  text_shortened: false,
  uncertainty_unavailable: false,
} as const

export type WarningCode = keyof typeof TELLS_OF_LOSS

/** True when something that was asked for could not be read: what came out is only a part. */
export const tellsOfLoss = ({ code }: Pick<Warning, 'code'>): boolean => TELLS_OF_LOSS[code]
