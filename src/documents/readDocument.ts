import type { Loader, TextPiece } from '../domain/document.ts'
import { EmbedlineError } from '../domain/errors.ts'
import { mostBytes } from '../domain/limitFacts.ts'
import type { Limits } from '../domain/limits.ts'
import { binaryTypeOf } from './binaryType.ts'
import { readText } from './readText.ts'
import { openSource, throwIfLarger, type Source } from './source.ts'

export interface ReadDocumentOptions {
  loader: Loader
  limits: Limits
  signal?: AbortSignal
  /** Reads the words of sound and video; absent, they are refused as `unsupported_type`. */
  readMedia?: () => AsyncIterable<TextPiece>
}

/**
 * The text of a document, in its order. What it is, its content says; `name` (the last part of its key) decides only
 * between kinds of text. Reads plain text in any charset, Markdown, HTML, JSON, NDJSON, tables (CSV, TSV), XML, PDF,
 * DOCX, mails and subtitles; with the loader `intercom` articles of that help desk alone. Throws `unsupported_type`
 * naming what it is instead, `document_unreadable`, `document_encrypted`, `document_too_large`, `no_text`, `aborted`.
 */
export async function* readDocument(
  file: string,
  name: string,
  options: ReadDocumentOptions,
): AsyncGenerator<TextPiece, void> {
  yield* readSource(openSource(file, name, options.signal), options)
}

/** As `readDocument`, of a file that the caller has opened, to know more of it than its text. */
export async function* readSource(
  source: Source,
  options: ReadDocumentOptions,
): AsyncGenerator<TextPiece, void> {
  let hasText = false
  for await (const piece of piecesOf(source, options)) {
    hasText ||= piece.text.trim() !== ''
    yield storable(piece)
  }
  if (!hasText) throw new EmbedlineError('no_text', 'The document holds no text.')
}

// It is kept with every chunk below it.
const LONGEST_HEADING = 500

// Neither JSON nor every database can hold half a surrogate pair or NUL, which JSON and PDF files may bring.
const storable = (piece: TextPiece): TextPiece => {
  const { heading, articleUrl } = piece.place
  const place = {
    ...piece.place,
    ...(heading !== undefined && { heading: wellFormed(heading.slice(0, LONGEST_HEADING)) }),
    ...(articleUrl !== undefined && { articleUrl: wellFormed(articleUrl) }),
  }
  return { ...piece, text: wellFormed(piece.text), place }
}

const wellFormed = (text: string): string => text.toWellFormed().replaceAll('\0', '')

async function* piecesOf(
  source: Source,
  { loader, limits, readMedia }: ReadDocumentOptions,
): AsyncGenerator<TextPiece, void> {
  const kind = await binaryTypeOf(source)
  switch (kind.type) {
    case 'media':
      if (!readMedia) throw unsupported('a sound or video file')
      return yield* readMedia()
    case 'other':
      throw unsupported(kind.name)
    case 'pdf': {
      const { pdfPieces } = await import('./formats/pdf.ts')
      return yield* pdfPieces(await source.whole(mostBytes(limits, 'wholeDocumentBytes')), () =>
        source.throwIfAborted(),
      )
    }
    case 'docx': {
      throwIfLarger(source.sizeBytes, mostBytes(limits, 'wholeDocumentBytes'))
      const { docxPieces } = await import('./formats/docx.ts')
      return yield* docxPieces(source, limits.unpackedDocumentBytes)
    }
    case undefined:
      yield* readText(source, loader, limits)
  }
}

const unsupported = (what: string): EmbedlineError =>
  new EmbedlineError('unsupported_type', `The file is ${what}, which is not read as a document.`)
