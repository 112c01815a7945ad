import type { Compute } from '../../src/domain/compute.ts'
import type { DocumentSummary, DocumentWork, EmbeddedChunk } from '../../src/domain/documentWork.ts'
import { basename } from 'node:path'
import { BUILTIN } from './sliceWork.ts'

/** A document as a task would have it embedded when the caller says nothing. */
export const documentWork = (file: string, over: Partial<DocumentWork> = {}): DocumentWork => ({
  file,
  name: basename(file),
  model: BUILTIN,
  chunks: { sizeCharacters: 1024, overlapCharacters: 512 },
  loader: 'default',
  ...over,
})

export interface EmbeddedDocument {
  summary: DocumentSummary
  /** As they were handed over. */
  batches: (readonly EmbeddedChunk[])[]
}

/** Embeds a document to its end. */
export async function embedWhole(
  compute: Compute,
  work: DocumentWork,
  options?: { alone?: boolean },
): Promise<EmbeddedDocument> {
  const batches: (readonly EmbeddedChunk[])[] = []
  const onChunks = async (chunks: readonly EmbeddedChunk[]) => void batches.push(chunks)
  const summary = await compute.embedDocument(work, onChunks, new AbortController().signal, options)
  return { summary, batches }
}
