import type { Warning } from './embedding.ts'

/** What a look into a media file found. Sizes are pixels as displayed: after rotation and sample aspect. */
export interface MediaFacts {
  /** ffprobe's name of the container; of a still picture the name of its format: `jpeg`, `avif`. */
  container: string
  /** Seconds from the start of the file to its end; undefined when nothing in the file says so. */
  durationSec?: number
  sizeBytes: number
  video?: VideoFacts
  audio?: AudioFacts
  /** Subtitle tracks that hold text (not pictures), in file order. */
  subtitles: readonly SubtitleFacts[]
  /** True for a still picture (JPEG, PNG, WebP, an AVIF image, …), which is no video. */
  isPicture: boolean
  /** Only of a still picture: its size as displayed. */
  picture?: { width: number; height: number }
  /** False when a seek in the file is not exact (no index, VBR MP3, MPEG-TS, raw AAC): it is read once from the start. */
  seeksExactly: boolean
  warnings: readonly Warning[]
  /** Set when the file is no media but a document that can be embedded. */
  document?: DocumentFacts
}

/** What a look into a document found. */
export interface DocumentFacts {
  type: DocumentType
  /** Of a PDF. */
  pageCount?: number
}

/** Text is text in any charset, Markdown too. */
export type DocumentType = 'pdf' | 'text'

export interface VideoFacts {
  /** Index of the stream in the file. */
  stream: number
  codec: string
  width: number
  height: number
  /** On average; 0 when the file does not say. */
  framesPerSec: number
  /** How far the decoded pictures must be turned clockwise to stand upright. */
  rotationDeg: 0 | 90 | 180 | 270
}

export interface AudioFacts {
  stream: number
  codec: string
  sampleRateHz: number
  channels: number
}

export interface SubtitleFacts {
  stream: number
  codec: string
  language?: string
}

/** One line of a subtitle track. Seconds from the start of the file. */
export interface Cue {
  startSec: number
  endSec: number
  text: string
  /** Whoever says it, where the subtitles name just one. */
  speaker?: string
}
