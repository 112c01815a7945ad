import type { Limits } from '../../domain/limits.ts'
import type { EmbeddingModel } from '../../domain/model.ts'
import type { PartSummary, PartVector, PartWork } from '../../domain/work.ts'
import type { Tools } from '../../media/tools.ts'
import type { Units } from '../units.ts'

export interface PartParts extends Units {
  tools: Tools
  limits: Limits
  model: EmbeddingModel
  signal: AbortSignal
  /** Takes vectors; the next ones begin when it returns. */
  handOver: (vectors: readonly PartVector[]) => Promise<void>
}

/** Embeds a part of a picture or a document. Throws what reading it throws. */
export async function embedPart(work: PartWork, parts: PartParts): Promise<PartSummary> {
  switch (work.part.kind) {
    case 'picture':
      return (await import('./picture.ts')).embedPicture(work, parts)
    case 'pages':
      return (await import('./pages.ts')).embedPages(work.file, work.part, parts)
    case 'words':
      return (await import('./words.ts')).embedWords(work.file, parts)
    case 'chunks':
      return (await import('./chunks.ts')).embedChunks(work, work.part, parts)
  }
}
