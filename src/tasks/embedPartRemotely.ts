import { spaceOf, type ModelPin } from '../domain/model.ts'
import type { PartSummary, PartText, PartVector, TextPart } from '../domain/partWork.ts'
import type { RemoteTexts } from '../domain/remoteTexts.ts'
import type { RunOptions } from '../domain/compute.ts'
import { weightedMean } from '../lib/weightedMean.ts'
import { embedDivided, type EmbeddedPiece } from './embedDivided.ts'
import type { TaskParts } from './parts.ts'

export interface RemotePart {
  file: string
  model: ModelPin
  part: TextPart
}

/**
 * As `Compute.embedPart`, of the texts of a document for a model on another server: a compute child reads and cuts them,
 * and they are embedded from here. The vector of a text that the server finds too long is the mean of its pieces, weighted
 * by their lengths. Throws what the server says about a text, and `remote_unavailable`, before the document is read when
 * the server is known to be down.
 */
export async function embedPartRemotely(
  parts: Pick<TaskParts, 'compute' | 'models'>,
  remote: RemoteTexts,
  { model, ...cut }: RemotePart,
  onVectors: (vectors: readonly PartVector[]) => Promise<void>,
  signal: AbortSignal,
  options: RunOptions,
): Promise<PartSummary> {
  remote.refuseWhileDown()
  const { space } = spaceOf(parts.models.facts(model), 'text')
  const onTexts = async (texts: readonly PartText[]) => {
    const all = texts.map(({ text }) => text)
    const divided = await embedDivided(remote, model, all, { signal })
    await onVectors(
      texts.map(({ place, weight }, at) => {
        const vector = vectorOf(divided[at] ?? [])
        return { modality: 'text', space, vector, place, weight }
      }),
    )
  }
  return parts.compute.cutPart(cut, onTexts, signal, options)
}

function vectorOf(pieces: readonly EmbeddedPiece[]): Float32Array {
  const [first] = pieces
  if (first && pieces.length === 1) return first.vector
  const lengths = pieces.map(({ text }) => text.length)
  return weightedMean(
    pieces.map(({ vector }) => vector),
    lengths,
  )
}
