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

/**
 * A stored vector, of unit length, on its way out. Times are seconds from the start of the file, also when the task
 * began later in it, and 0 for what has none. The numbers are already written as JSON, `[0.01,-0.2,…]`, exact as float32.
 */
export interface EncodedEmbedding {
  modality: Modality
  scope: Scope
  space: Space
  startSec: number
  endSec: number
  vectorJson: Uint8Array
  /** Of a page, from 1. */
  page?: number
  /** Absent for a whole page. */
  quadrant?: Quadrant
  /** Of a chunk, from 0. */
  chunk?: number
  /** How far each number varies within what the vector stands for; as many numbers, written like them. */
  uncertaintyJson?: Uint8Array
}

/** How stored vectors are read. */
export interface ReadingOptions {
  /** Of longer vectors only so many numbers are read, scaled to unit length again. */
  mostNumbers?: number
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
