import type { PartSummary, PartWork } from '../../domain/partWork.ts'
import type { PartParts } from './partParts.ts'

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
