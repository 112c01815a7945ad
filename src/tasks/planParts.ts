import { EmbedlineError } from '../domain/errors.ts'
import { inLimit, type LimitName } from '../domain/limitFacts.ts'
import type { Limits } from '../domain/limits.ts'
import type { MediaFacts } from '../domain/media.ts'
import type { ModelFacts } from '../domain/model.ts'
import type { TaskPart } from '../domain/partWork.ts'
import type { PartsPlan } from '../domain/taskPlan.ts'
import type { DocumentRequest } from '../domain/taskRequest.ts'
import { checkPicture } from './checkPicture.ts'
import { resolveDocument, EMBEDDED_TYPES } from './documentRequest.ts'

/** Pages that one item embeds: a crash costs no more than these. */
const PAGES_AN_ITEM = 16

const MEGABYTE = 1_000_000

/** A quarter of a page counts like a page, and the page itself counts too. */
const COUNT_WITH_QUADRANTS = 5

export interface PlannedParts {
  plan: PartsPlan
  parts: readonly TaskPart[]
}

/**
 * One part for the picture. Throws `media_has_no_stream` for what is no still picture, `media_too_large`, and what
 * `checkPicture` throws.
 */
export function planPicture(facts: MediaFacts, limits: Limits): PlannedParts {
  if (!facts.isPicture)
    throw new EmbedlineError('media_has_no_stream', `The file is no picture (${facts.container}).`)
  if (facts.sizeBytes > limits.inlinePictureBytes)
    throw new EmbedlineError('media_too_large', tooManyBytes(facts.sizeBytes, limits, 'inlinePictureBytes'))
  checkPicture(facts, limits)
  return {
    plan: { facts, modalities: ['visual'], scopes: ['asset'], startMs: 0 },
    parts: [{ kind: 'picture' }],
  }
}

/**
 * The parts of a document: pages of a PDF by the dozen, the chunks of a text, and all words where they are wanted as one.
 * Throws `unsupported_type` for what is no document, `document_too_large` for more bytes or pages than are taken, and
 * what `resolveDocument` throws.
 */
export function planDocument(
  request: DocumentRequest,
  facts: MediaFacts,
  { limits, model }: { limits: Limits; model: ModelFacts },
): PlannedParts {
  const { document, sizeBytes } = facts
  if (!document)
    throw new EmbedlineError(
      'unsupported_type',
      `The file is no document (${facts.container}). ${EMBEDDED_TYPES}`,
    )
  if (sizeBytes > limits.taskDocumentBytes)
    throw new EmbedlineError('document_too_large', tooManyBytes(sizeBytes, limits, 'taskDocumentBytes'))
  const { modalities, scopes } = resolveDocument(request, document.type, model)
  const { pageCount = 0 } = document
  const quadrants = request.pages === 'quadrants'
  checkPages(pageCount * (quadrants ? COUNT_WITH_QUADRANTS : 1), sizeBytes, limits)
  const parts: TaskPart[] = []
  if (modalities.includes('visual'))
    for (let first = 1; first <= pageCount; first += PAGES_AN_ITEM)
      parts.push({ kind: 'pages', first, last: Math.min(pageCount, first + PAGES_AN_ITEM - 1), quadrants })
  if (modalities.includes('text') && scopes.includes('asset')) parts.push({ kind: 'words' })
  if (request.chunks) parts.push({ kind: 'chunks', chunks: request.chunks, from: 0 })
  return { plan: { facts, modalities, scopes, startMs: 0 }, parts }
}

// Callers know these sentences with their numbers (specs of the Embed API, section 3.5).
function checkPages(count: number, sizeBytes: number, { documentPagesPerMegabyte }: Limits): void {
  const allowed = documentPagesPerMegabyte * Math.ceil(sizeBytes / MEGABYTE)
  if (count > allowed)
    throw new EmbedlineError(
      'document_too_large',
      `Document (${count} pages) exceeds maximum limit of ${allowed} pages${inLimit('documentPagesPerMegabyte')}`,
    )
}

const tooManyBytes = (sizeBytes: number, limits: Limits, name: LimitName): string =>
  `File size (${megabytes(sizeBytes)} MB) exceeds maximum limit of ${megabytes(limits[name])} MB${inLimit(name)}`

const megabytes = (bytes: number): number => Math.round(bytes / (MEGABYTE / 100)) / 100
