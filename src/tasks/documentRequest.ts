import type { DocumentModality } from '../domain/embedding.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { DocumentType } from '../domain/media.ts'
import type { DocumentRequest, DocumentScope } from '../domain/taskRequest.ts'
import { spaceOf, type InputKind, type ModelFacts } from '../domain/model.ts'
import { checkVectors } from './withinModel.ts'

/** What can be had of each type of document. */
const SCOPES: Readonly<
  Record<DocumentType, Readonly<Partial<Record<DocumentModality, readonly DocumentScope[]>>>>
> = {
  pdf: { visual: ['part', 'asset'], text: ['asset'] },
  text: { text: ['part', 'asset'] },
}

/** What is said beside what a file is instead. */
export const EMBEDDED_TYPES = 'Of documents, PDF, text and Markdown are embedded.'

const TYPES = ['pdf', 'text'] as const satisfies readonly DocumentType[]
const NAME: Readonly<Record<DocumentType, string>> = { pdf: 'A PDF', text: 'A text' }
const PARTS: Readonly<Record<DocumentType, string>> = { pdf: 'pages', text: 'chunks' }

const KIND: Readonly<Record<DocumentModality, InputKind>> = { visual: 'image', text: 'text' }

/** A request for a document of a known type, with every default filled in. */
export interface ResolvedDocument {
  modalities: readonly DocumentModality[]
  scopes: readonly DocumentScope[]
}

const invalid = (field: string, message: string) => new EmbedlineError('request_invalid', message, { field })

/**
 * What a request asks for of a document of this type: by default the pages of a PDF, and all of a text. Throws
 * `request_invalid` for what such a document does not have, `modality_unsupported` for what the model cannot embed.
 */
export function resolveDocument(
  request: DocumentRequest,
  type: DocumentType,
  model: ModelFacts,
): ResolvedDocument {
  const modalities = request.modalities ?? (type === 'pdf' ? ['visual'] : ['text'])
  const scopes =
    request.scopes ?? (modalities.includes('visual') && modalities.length === 1 ? ['part'] : ['asset'])
  checkTable(type, modalities, scopes)
  checkCutting(request, type, scopes)
  checkVectors(request, model)
  for (const modality of modalities) spaceOf(model, KIND[modality], 'modalities')
  if (request.uncertainty && (type === 'pdf' || scopes.includes('asset')))
    throw invalid('uncertainty', 'Of documents it is told for the chunks of a text alone.')
  return { modalities, scopes }
}

function checkTable(
  type: DocumentType,
  modalities: readonly DocumentModality[],
  scopes: readonly DocumentScope[],
): void {
  for (const modality of modalities) {
    const possible = SCOPES[type][modality]
    if (!possible) throw invalid('modalities', `${NAME[type]} has no ${modality} embeddings.`)
    if (!scopes.every((scope) => possible.includes(scope)))
      throw invalid('scopes', `${NAME[type]} has no ${modality} embeddings of its ${PARTS[type]}.`)
  }
}

function checkCutting(
  { pages, chunks }: DocumentRequest,
  type: DocumentType,
  scopes: readonly DocumentScope[],
): void {
  const isCut = scopes.includes('part')
  if (pages !== undefined && type !== 'pdf') throw invalid('pages', 'Only a PDF has pages.')
  if (pages === 'quadrants' && !isCut) throw invalid('pages', 'Vectors of pages were not asked for.')
  if (chunks && type !== 'text') throw invalid('chunks', 'Only a text is cut into sentences.')
  if (chunks && !isCut) throw invalid('chunks', 'Vectors of chunks were not asked for.')
  if (type === 'text' && isCut && !chunks)
    throw new EmbedlineError('parameter_missing', 'Chunks of a text need it.', { field: 'chunks' })
}

/**
 * Refuses what no document can give with this model, or none of the type when that is known. Throws what
 * `resolveDocument` throws.
 */
export function checkDocumentRequest(
  request: DocumentRequest,
  type: DocumentType | undefined,
  model: ModelFacts,
): void {
  const failures = (type ? [type] : TYPES).map((each) => whyNot(request, each, model))
  const [first] = failures
  if (first !== undefined && failures.every((failure) => failure !== undefined)) throw first
}

function whyNot(request: DocumentRequest, type: DocumentType, model: ModelFacts): EmbedlineError | undefined {
  try {
    resolveDocument(request, type, model)
    return undefined
  } catch (failure) {
    if (failure instanceof EmbedlineError) return failure
    throw failure
  }
}
