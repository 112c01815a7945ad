/** A vector with all that says what it stands for, as files of vectors hold it. */
export interface VectorRow {
  /** The file, URL or key that was embedded. */
  source: string
  taskId: string
  /** The stored file, where it was one. */
  assetId?: string
  /** `id@revision`. */
  model: string
  option: string
  scope: string
  /** Vectors may be compared when theirs is the same. */
  space: string
  /** Seconds from the start of the file. */
  startSec?: number
  endSec?: number
  /** Of a page, from 1. */
  page?: number
  /** Of a quarter of a page. */
  quadrant?: string
  /** Of a chunk, from 0. */
  chunk?: number
  /** Of a chunk of a bucket. */
  text?: string
  /** Unit length. */
  vector: Float32Array
}

/** A file that takes rows and is there as a whole once it is finished, or not at all. */
export interface VectorFile {
  /** False when nobody wants more: whoever read what is printed is gone. */
  write(rows: readonly VectorRow[]): Promise<boolean>
  /** Gives the file its name. */
  finish(): Promise<void>
  /** Removes what was written; once it is finished, nothing. */
  abandon(): Promise<void>
}
