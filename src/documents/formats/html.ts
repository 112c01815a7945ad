import { Parser } from 'htmlparser2'
import { throwIfTooDeep } from './depth.ts'
import { makeBlockWriter, type BlockWriter, type Paragraph } from './blocks.ts'

const UNSEEN = new Set(
  'script style noscript template svg iframe object head canvas audio video map select button nav'.split(' '),
)
const HEADINGS = new Set('h1 h2 h3 h4 h5 h6'.split(' '))
const BLOCKS = new Set(
  (
    'p div section article main aside header footer ul ol dl table blockquote figure figcaption form fieldset ' +
    'address pre hr details summary caption body'
  ).split(' '),
)
const LINES = new Set('li tr dt dd'.split(' '))
const CELLS = new Set('td th'.split(' '))

/** How large the tree of a page would be. */
export interface TreeSize {
  elements: number
  depth: number
}

/**
 * The text of HTML as its reader would see it: without scripts, menus and what is hidden. Cells of a row are `a | b`.
 * Counts into `size` as it goes.
 */
export async function* htmlParagraphs(
  html: AsyncIterable<string> | Iterable<string>,
  size: TreeSize = { elements: 0, depth: 0 },
): AsyncGenerator<Paragraph, void> {
  const writer = makeBlockWriter()
  const parser = makeHtmlParser(writer, size)
  for await (const chunk of html) {
    parser.write(chunk)
    yield* writer.take()
  }
  parser.end()
  writer.paragraphBreak()
  yield* writer.take()
}

function makeHtmlParser(writer: BlockWriter, size: TreeSize): Parser {
  let depth = 0
  // How many elements of a kind are open; those in one that is not seen count as not seen.
  let unseen = 0
  let preformatted = 0
  let cells = 0

  const blockBreak = (): void => (cells > 0 ? writer.breakInCell() : writer.paragraphBreak())

  return new Parser({
    onopentag(name, attributes) {
      size.elements++
      size.depth = Math.max(size.depth, ++depth)
      throwIfTooDeep(depth)
      if (unseen > 0 || UNSEEN.has(name) || isHidden(attributes)) {
        unseen++
        return
      }
      if (HEADINGS.has(name)) writer.startHeading()
      else if (BLOCKS.has(name)) blockBreak()
      else if (LINES.has(name)) writer.lineBreak()
      else if (CELLS.has(name)) writer.cell()
      else if (name === 'br') writer.verbatim('\n')
      else if (name === 'img') writer.inline(attributes['alt'] ?? '')
      if (name === 'li') writer.bullet()
      if (name === 'pre') preformatted++
      if (CELLS.has(name)) cells++
    },
    ontext(text) {
      if (unseen > 0) return
      if (preformatted > 0) writer.verbatim(text)
      else writer.inline(text)
    },
    onclosetag(name) {
      depth--
      if (unseen > 0) {
        unseen--
        return
      }
      if (HEADINGS.has(name)) writer.paragraphBreak()
      else if (BLOCKS.has(name)) blockBreak()
      else if (LINES.has(name)) writer.lineBreak()
      if (name === 'pre') preformatted--
      if (CELLS.has(name)) cells--
    },
  })
}

const isHidden = (attributes: Readonly<Record<string, string>>): boolean =>
  'hidden' in attributes || /display\s*:\s*none/i.test(attributes['style'] ?? '')
