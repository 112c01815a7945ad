import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { TextItem } from 'pdfjs-dist/types/src/display/api.js'
import type { TextPiece } from '../../domain/document.ts'
import { EmbedlineError } from '../../domain/errors.ts'

/**
 * The text of a PDF, one piece for each page that has any. Throws `document_encrypted` when it needs a password,
 * `document_unreadable` when it is damaged, `no_text` when its pages are pictures.
 */
export async function* pdfPieces(
  bytes: Uint8Array,
  throwIfAborted: () => void,
): AsyncGenerator<TextPiece, void> {
  const { getDocument, VerbosityLevel } = await import('pdfjs-dist/legacy/build/pdf.mjs')
  const folder = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))
  const task = getDocument({
    data: new Uint8Array(bytes),
    verbosity: VerbosityLevel.ERRORS,
    // Without these the text of many Japanese, Chinese and Korean documents cannot be told.
    cMapUrl: join(folder, 'cmaps/'),
    standardFontDataUrl: join(folder, 'standard_fonts/'),
    useSystemFonts: false,
    disableFontFace: true,
    stopAtErrors: false,
  })
  let hasText = false
  try {
    const document = await task.promise
    for (let number = 1; number <= document.numPages; number++) {
      throwIfAborted()
      const page = await document.getPage(number)
      const { items } = await page.getTextContent()
      const text = pageText(items.filter((item): item is TextItem => 'str' in item))
      page.cleanup()
      if (text === '') continue
      hasText = true
      yield { text, place: { page: number } }
    }
  } catch (failure) {
    throw asEmbedlineError(failure)
  } finally {
    await task.destroy()
  }
  if (!hasText) throw new EmbedlineError('no_text', 'The PDF holds no text; its pages may be pictures.')
}

function asEmbedlineError(cause: unknown): EmbedlineError {
  if (cause instanceof EmbedlineError) return cause
  if (cause instanceof Error && cause.name === 'PasswordException')
    return new EmbedlineError('document_encrypted', 'The PDF can only be read with a password.', { cause })
  return new EmbedlineError('document_unreadable', 'The PDF is damaged and cannot be read.', { cause })
}

// Lines of a paragraph are about 1.2 times the height of the letters apart.
const PARAGRAPH_GAP = 1.8

/** The lines of a page, with an empty line where they stand further apart. */
function pageText(items: readonly TextItem[]): string {
  let text = ''
  let line: { bottom: number; height: number } | undefined
  for (const { str, hasEOL, transform, height } of items) {
    const bottom = Number(transform[5])
    if (str.trim() !== '') {
      const gap = line ? Math.abs(line.bottom - bottom) : 0
      if (line && text.endsWith('\n') && gap > PARAGRAPH_GAP * Math.max(line.height, height)) text += '\n'
      line = { bottom, height }
    }
    text += hasEOL ? `${str}\n` : str
  }
  // A word that is divided at the end of a line is one word.
  return text.replaceAll(/(\p{Ll})[-\u00ad]\n(\p{Ll})/gu, '$1$2').trim()
}
