/** What of a clip was embedded. `fused` is one vector made of the others. */
export type Modality = 'visual' | 'audio' | 'transcription' | 'fused'

/** A vector for one clip (a segment of time), or one for the whole asset. */
export type Scope = 'clip' | 'asset'

export const MODALITIES = ['visual', 'audio', 'transcription', 'fused'] as const satisfies readonly Modality[]
export const SCOPES = ['clip', 'asset'] as const satisfies readonly Scope[]

/** Names the set of vectors that may be compared with each other. Vectors of different spaces never mix. */
export type Space = string

/**
 * A stored vector, of unit length, on its way out. Times are seconds from the start of the file, also when the task
 * began later in it. The numbers are already written as JSON, `[0.01,-0.2,…]`, exact as float32.
 */
export interface EncodedEmbedding {
  modality: Modality
  scope: Scope
  space: Space
  startSec: number
  endSec: number
  vectorJson: Uint8Array
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
  crawl_bounded: false,
  subtitles_unreadable: true,
  text_shortened: false,
} as const

export type WarningCode = keyof typeof TELLS_OF_LOSS

/** True when something that was asked for could not be read: what came out is only a part. */
export const tellsOfLoss = ({ code }: Pick<Warning, 'code'>): boolean => TELLS_OF_LOSS[code]
