import type { DocumentSummary, EmbeddedChunk } from '../domain/work.ts'
import type { Hold } from '../queue/item.ts'
import type { FileWork } from '../store/bucketFiles.ts'

/** A document that is embedded, all but the last of its chunks written. */
export interface DocumentEnd {
  item: Hold
  file: FileWork
  lastChunks: readonly EmbeddedChunk[]
  summary: DocumentSummary
  /** Of the file, from before it was read. */
  changeToken: string
}

/**
 * Settles the item of a document, and makes its new chunks those that are searched. Throws `lease_lost`, and nothing is
 * written, when another worker has the item.
 */
export type EndDocument = (end: DocumentEnd) => Promise<void>
