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
    case 'chunks':
      return (await import('./texts.ts')).embedTexts(work, work.part, parts)
  }
}
