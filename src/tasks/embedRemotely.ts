import { splitTooLong } from '../documents/splitTooLong.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { RunOptions } from '../domain/compute.ts'
import type { CutChunk, DocumentSummary, DocumentWork, EmbeddedChunk } from '../domain/documentWork.ts'
import type { RemoteTexts } from '../domain/remoteTexts.ts'
import type { TaskParts } from './parts.ts'

/**
 * As `Compute.embedDocument`, for a model on another server: a compute child reads and cuts the document, and the chunks
 * are embedded from here. A chunk that the server finds too long is divided. Throws what the server says about a text,
 * and `remote_unavailable`, before the document is read when the server is known to be down.
 */
export async function embedRemotely(
  parts: Pick<TaskParts, 'compute' | 'models'>,
  remote: RemoteTexts,
  { model, ...work }: DocumentWork,
  onChunks: (chunks: readonly EmbeddedChunk[]) => Promise<void>,
  signal: AbortSignal,
  options: RunOptions,
): Promise<DocumentSummary> {
  remote.refuseWhileDown()
  let chunkCount = 0
  const onCut = async (cut: readonly CutChunk[]) => {
    const embedded = await embedChunks(cut)
    const numbered = embedded.map((chunk, at) => ({ ...chunk, ordinal: chunkCount + at }))
    chunkCount += numbered.length
    await onChunks(numbered)
  }

  async function embedChunks(chunks: readonly CutChunk[]): Promise<EmbeddedChunk[]> {
    const texts = chunks.map(({ text }) => text)
    const outcomes = await remote.embed(model, texts, 'document', { signal })
    const embedded: EmbeddedChunk[] = []
    for (const [at, chunk] of chunks.entries()) {
      const outcome = outcomes[at]
      if (!outcome) throw new Error('the remote model gave fewer outcomes than there were texts')
      if (!(outcome instanceof EmbedlineError)) embedded.push({ ...chunk, vector: outcome })
      else embedded.push(...(await embedChunks(halves(chunk, outcome))))
    }
    return embedded
  }

  function halves(chunk: CutChunk, failure: EmbedlineError): CutChunk[] {
    if (failure.code !== 'text_too_long') throw failure
    const texts = splitTooLong(chunk.text, (part) => part.length < chunk.text.length)
    if (texts.length < 2) throw failure
    return texts.map((text) => ({ ...chunk, text, termsJson: JSON.stringify(parts.models.terms(text)) }))
  }

  const summary = await parts.compute.cutDocument(work, onCut, signal, options)
  return { ...summary, chunkCount }
}
