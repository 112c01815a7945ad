import { setImmediate } from 'node:timers/promises'
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist'
import { EmbedlineError } from '../domain/errors.ts'
import type { Size } from '../domain/model.ts'
import { withPdf } from './openPdf.ts'

/** A page as it looks: 8 bits a channel, row-major, on white. */
export interface DrawnPage extends Size {
  /** From 1. */
  page: number
  rgba: Uint8ClampedArray
}

/** A page that cannot be drawn, and why. */
export interface UndrawnPage {
  page: number
  reason: string
}

export interface DrawOptions {
  /** From 1, both included. */
  first: number
  last: number
  /** How large a page of this size is to be drawn, at least. */
  sizeFor: (shown: Size) => Size
  /** Of a picture on a page. */
  mostPixels: number
  signal?: AbortSignal | undefined
}

/** The longer side of a drawn page: 64 MB at most. */
const LONGEST_SIDE = 4096

/** A page that is not drawn by then is given up. */
const PAGE_MS = 60_000

/**
 * Draws pages of a PDF, one at a time. Throws like `withPdf`, and `aborted`; a page that is broken or takes longer than a
 * minute does not keep the others from being drawn.
 */
export const drawPages = (
  file: string,
  options: DrawOptions,
): AsyncGenerator<DrawnPage | UndrawnPage, void> =>
  withPdf({ file }, options.mostPixels, async function* (document) {
    for (let page = options.first; page <= Math.min(options.last, document.numPages); page++) {
      if (options.signal?.aborted) throw new EmbedlineError('aborted', 'Drawing the document was stopped.')
      yield await drawPage(document, page, options).catch((failure: unknown) => ({
        page,
        reason: failure instanceof Error ? failure.message : 'it is damaged',
      }))
      await setImmediate()
    }
  })

type DrawTarget = Parameters<PDFPageProxy['render']>[0]

/** What of a canvas is used here; the library makes it of @napi-rs/canvas. */
interface Drawn {
  canvas: DrawTarget['canvas']
  context: {
    getImageData(left: number, top: number, width: number, height: number): { data: Uint8ClampedArray }
  }
}

interface CanvasFactory {
  create(width: number, height: number): Drawn
  destroy(drawn: Drawn): void
}

async function drawPage(
  document: PDFDocumentProxy,
  number: number,
  { sizeFor, signal }: DrawOptions,
): Promise<DrawnPage> {
  const page = await document.getPage(number)
  const { width: pointWidth, height: pointHeight } = page.getViewport({ scale: 1 })
  const viewport = page.getViewport({ scale: scaleFor({ width: pointWidth, height: pointHeight }, sizeFor) })
  const [width, height] = [sideOf(viewport.width), sideOf(viewport.height)]
  const canvases = document.canvasFactory as CanvasFactory
  const drawn = canvases.create(width, height)
  const rendering = page.render({ canvas: drawn.canvas, canvasContext: drawn.context, viewport })
  // Between two strokes others have their turn.
  rendering.onContinue = (goOn: () => void) => void setImmediate().then(goOn)
  const stop = () => rendering.cancel()
  const late = setTimeout(stop, PAGE_MS)
  signal?.addEventListener('abort', stop, { once: true })
  try {
    await rendering.promise
    return { page: number, width, height, rgba: drawn.context.getImageData(0, 0, width, height).data }
  } finally {
    clearTimeout(late)
    signal?.removeEventListener('abort', stop)
    canvases.destroy(drawn)
    page.cleanup()
  }
}

const sideOf = (points: number): number => Math.min(LONGEST_SIDE, Math.max(1, Math.round(points)))

function scaleFor(points: Size, sizeFor: (shown: Size) => Size): number {
  const wanted = sizeFor({ width: Math.ceil(points.width), height: Math.ceil(points.height) })
  const scale = Math.max(wanted.width / points.width, wanted.height / points.height)
  return Math.min(scale, LONGEST_SIDE / Math.max(points.width, points.height))
}
