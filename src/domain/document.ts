/** Where in its document a piece of text stands, as far as the format says so. */
export interface Place {
  /** From 1. */
  page?: number
  /** From 1. */
  slide?: number
  /** The nearest heading above the text. */
  heading?: string
  /** Of a line of subtitles, or of a whole stretch of them; seconds from the start of the file. */
  startSec?: number
  endSec?: number
  /** From 1; of a table, a sheet or a list of records. */
  row?: number
  sheet?: string
  /** Of an article that knows its own address. */
  articleUrl?: string
}

/**
 * A run of text that belongs together, with its paragraphs separated by empty lines. Lines end in `\n`. A piece that
 * ends in white space is continued by the next one as it is; others are separated by an empty line.
 */
export interface TextPiece {
  text: string
  place: Place
  /** Its text shares no chunk with that of other pieces. */
  alone?: boolean
}

/** How a document is read. `intercom`: each file is an article of that help desk, as JSON. */
export type Loader = 'default' | 'intercom'

/** Lengths in characters as a reader counts them (grapheme clusters, Unicode UAX 29). */
export interface ChunkSettings {
  sizeCharacters: number
  /** Of neighbouring chunks; less than the size. */
  overlapCharacters: number
}

/** A stretch of a document's text that gets one vector. */
export interface Chunk {
  text: string
  /** Of the piece in which the chunk begins; `endSec` is that of the piece in which it ends. */
  place: Place
}
