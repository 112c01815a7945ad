import type { TextItem } from 'pdfjs-dist/types/src/display/api.js'
import type { TextPiece } from '../../domain/document.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { withPdf } from '../openPdf.ts'

/**
 * The text of a PDF, one piece for each page that has any. Throws `document_encrypted` when it needs a password,
 * `document_unreadable` when it is damaged, `no_text` when its pages are pictures.
 */
export async function* pdfPieces(
  bytes: Uint8Array,
  throwIfAborted: () => void,
): AsyncGenerator<TextPiece, void> {
  let hasText = false
  // No picture is drawn.
  yield* withPdf({ bytes }, 0, async function* (document) {
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
  })
  if (!hasText) throw new EmbedlineError('no_text', 'The PDF holds no text; its pages may be pictures.')
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
