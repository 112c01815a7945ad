import type { ErrorCode } from '../domain/errors.ts'
import type { ChunkOrder, ChunkPage } from './chunkPage.ts'
import type { Counts } from './counts.ts'
import type { EmbeddingPage, PageOrder } from './embeddingPage.ts'

/** To the reader thread. `close` comes last: the thread ends after what it was asked before. */
export type ReaderQuestion =
  | { kind: 'page'; id: number; order: PageOrder }
  | { kind: 'chunks'; id: number; order: ChunkOrder }
  | { kind: 'counts'; id: number; nowMs: number }
  | { kind: 'close' }

/** From the reader thread, one for each question. */
export type ReaderAnswer =
  | { id: number; page: EmbeddingPage }
  | { id: number; chunks: ChunkPage }
  | { id: number; counts: Counts }
  | { id: number; failure: ReaderFailure }

export interface ReaderFailure {
  code: ErrorCode
  message: string
}
