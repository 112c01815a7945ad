import type { BatchProblem, BatchStop } from './batch.ts'
import type { EmbedlineError } from './errors.ts'
import type { TextEmbeddings, TextsOrder } from './textEmbeddings.ts'

/** A line of the file of a batch, as it was read. */
export interface BatchLine {
  /** As the caller calls the request: unique in its batch. */
  name: string
  modelName: string
  /** What it asks for, or why it is refused. */
  order: TextsOrder | EmbedlineError
}

/** Which line of which batch: what is written of it is the same every time. */
export interface LinePlace {
  batchId: string
  /** From 1. */
  line: number
}

/** How a wire dialect writes the lines of batches, in and out. */
export interface LineFormat<Line extends BatchLine = BatchLine> {
  /** Says whether a request may name a model so. */
  isModelName(models: { isOwnName(name: string): boolean }, name: string): boolean
  /** The request in a line, or what is wrong with the line as such. */
  read(text: string): Promise<Line | Omit<BatchProblem, 'line'>>
  /** The line of a request that is done, with its end. */
  writeDone(line: Line, place: LinePlace, embeddings: TextEmbeddings): Promise<Uint8Array>
  /** The line of a request that failed, or that was not come to. */
  writeFailed(line: Line, place: LinePlace, why: EmbedlineError | BatchStop): Uint8Array
}

export const isLine = <Line extends BatchLine>(read: Line | Omit<BatchProblem, 'line'>): read is Line =>
  'name' in read
