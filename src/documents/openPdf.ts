import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { PDFDocumentProxy } from 'pdfjs-dist'
import { EmbedlineError } from '../domain/errors.ts'

/** Of a large PDF only what is needed is read, in pieces of this size. */
const PIECE_BYTES = 256 * 1024

/**
 * Opens a PDF from its bytes or its file, hands it to `use`, and closes it. `mostPixels` bounds the pictures in it that
 * are drawn. Throws `document_encrypted` when it needs a password, `document_unreadable` when it is damaged.
 */
export async function* withPdf<T>(
  source: { bytes: Uint8Array } | { file: string },
  mostPixels: number,
  use: (document: PDFDocumentProxy) => AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  const { getDocument, VerbosityLevel } = await import('pdfjs-dist/legacy/build/pdf.mjs')
  const folder = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))
  const beside = (name: string) => join(folder, name, '/')
  const task = getDocument({
    ...('bytes' in source
      ? { data: new Uint8Array(source.bytes) }
      : {
          url: pathToFileURL(source.file).href,
          rangeChunkSize: PIECE_BYTES,
          disableAutoFetch: true,
          disableStream: true,
        }),
    verbosity: VerbosityLevel.ERRORS,
    // Without these the text of many Japanese, Chinese and Korean documents cannot be told.
    cMapUrl: beside('cmaps'),
    standardFontDataUrl: beside('standard_fonts'),
    // For JPEG 2000 and JBIG2 pictures, and for colours of printing.
    wasmUrl: beside('wasm'),
    iccUrl: beside('iccs'),
    useSystemFonts: false,
    disableFontFace: true,
    stopAtErrors: false,
    maxImageSize: mostPixels,
  })
  try {
    yield* use(await task.promise)
  } catch (failure) {
    throw asEmbedlineError(failure)
  } finally {
    await task.destroy()
  }
}

/** How many pages a PDF has. Throws like `withPdf`. */
export async function countPages(file: string): Promise<number> {
  const [count = 0] = await Array.fromAsync(
    withPdf({ file }, 0, async function* ({ numPages }) {
      yield numPages
    }),
  )
  return count
}

function asEmbedlineError(cause: unknown): EmbedlineError {
  if (cause instanceof EmbedlineError) return cause
  if (cause instanceof Error && cause.name === 'PasswordException')
    return new EmbedlineError('document_encrypted', 'The PDF can only be read with a password.', { cause })
  return new EmbedlineError('document_unreadable', 'The PDF is damaged and cannot be read.', { cause })
}
