import type { DocumentFacts, DocumentType } from '../domain/media.ts'
import { EmbedlineError } from '../domain/errors.ts'
import { binaryTypeOf } from './binaryType.ts'
import { countPages } from './openPdf.ts'
import { recogniseText } from './readText.ts'
import { openSource } from './source.ts'
import type { TextType } from './textType.ts'

/**
 * Texts that tasks embed. A plain text may well be a mail or a list of records to look at, and where there is no name
 * nothing else can be meant; pages of sites, drawings and subtitles are something of their own.
 */
const TEXTS: Readonly<Record<TextType, boolean>> = {
  text: true,
  markdown: true,
  mail: true,
  json: true,
  ndjson: true,
  table: true,
  xml: true,
  html: false,
  drawing: false,
  subtitles: false,
}

/** What a file is of what tasks embed as documents: a PDF or a text. Undefined: something else. */
export async function documentType(file: string, name = ''): Promise<DocumentType | undefined> {
  try {
    const source = openSource(file, name)
    const { type } = await binaryTypeOf(source)
    if (type === 'pdf') return 'pdf'
    if (type !== undefined) return undefined
    const text = await recogniseText(source)
    return TEXTS[text.type] ? 'text' : undefined
  } catch (failure) {
    if (failure instanceof EmbedlineError && !failure.retryable) return undefined
    throw failure
  }
}

/** The same with the pages of a PDF. Throws `document_encrypted`, `document_unreadable` for one that cannot be read. */
export async function documentFacts(file: string, name?: string): Promise<DocumentFacts | undefined> {
  const type = await documentType(file, name)
  if (type === undefined) return undefined
  return type === 'pdf' ? { type, pageCount: await countPages(file) } : { type }
}
