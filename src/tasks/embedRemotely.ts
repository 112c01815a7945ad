import type { RunOptions } from '../domain/compute.ts'
import type { CutChunk, DocumentSummary, DocumentWork, EmbeddedChunk } from '../domain/documentWork.ts'
import type { RemoteTexts } from '../domain/remoteTexts.ts'
import { embedDivided } from './embedDivided.ts'
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
    const texts = cut.map(({ text }) => text)
    const divided = await embedDivided(remote, model, texts, { signal })
    const embedded = cut.flatMap((chunk, at) =>
      (divided[at] ?? []).map(({ text, vector }) => ({ ...chunk, ...termsOf(chunk, text), vector })),
    )
    const numbered = embedded.map((chunk, at) => ({ ...chunk, ordinal: chunkCount + at }))
    chunkCount += numbered.length
    await onChunks(numbered)
  }

  const termsOf = (chunk: CutChunk, text: string) =>
    text === chunk.text ? {} : { text, termsJson: JSON.stringify(parts.models.terms(text)) }

  const summary = await parts.compute.cutDocument(work, onCut, signal, options)
  return { ...summary, chunkCount }
}
