import type { Handler } from 'htmlparser2'
import { makeBlockWriter, type Paragraph } from './blocks.ts'
import { throwIfTooDeep } from './depth.ts'
import { localName } from './xml.ts'

export interface DocxWriter {
  readonly handler: Partial<Handler>
  /** The paragraphs that have come to an end since this was asked. */
  take(): Paragraph[]
}

// What a reader of the document does not see, or sees elsewhere: text boxes stand twice, once for old programs.
const UNSEEN = new Set(['del', 'moveFrom', 'Fallback', 'instrText', 'delText'])

/** Makes paragraphs of the elements of WordprocessingML (ECMA-376, part 1, section 17). */
export function makeDocxWriter(isHeading: (style: string) => boolean): DocxWriter {
  const writer = makeBlockWriter()
  const open: string[] = []
  let unseen = 0
  let cells = 0
  let isText = false

  function properties(name: string, value: string): void {
    if (cells > 0) return
    if (name === 'pStyle' && isHeading(value)) writer.startHeading()
    else if (name === 'outlineLvl' && Number(value) < 9) writer.startHeading()
    else if (name === 'numPr') writer.bullet()
  }

  function start(name: string): void {
    if (name === 'tab') writer.inline(' ')
    else if (name === 'br' || name === 'cr') writer.verbatim('\n')
    else if (name === 'noBreakHyphen') writer.verbatim('-')
    else if (name === 'tbl' && cells === 0) writer.paragraphBreak()
    else if (name === 'tc') {
      if (cells === 0) writer.cell()
      cells++
    }
  }

  function end(name: string): void {
    if (name === 'p' && cells > 0) writer.inline(' ')
    else if (name === 'p' || (name === 'tbl' && cells === 0)) writer.paragraphBreak()
    else if (name === 'tr' && cells === 0) writer.lineBreak()
    else if (name === 'tc') cells--
  }

  return {
    take: () => writer.take(),
    handler: {
      onopentag(tag, attributes) {
        const name = localName(tag)
        const parent = open.at(-1)
        open.push(name)
        throwIfTooDeep(open.length)
        if (unseen > 0 || UNSEEN.has(name)) unseen++
        else if (name === 't') isText = true
        else if (parent === 'pPr') properties(name, attributes['w:val'] ?? '')
        else if (parent !== 'rPr' && parent !== 'tabs') start(name)
      },
      ontext(text) {
        if (unseen === 0 && isText) writer.inline(text)
      },
      onclosetag(tag) {
        const name = localName(tag)
        open.pop()
        if (unseen > 0) unseen--
        else if (name === 't') isText = false
        else end(name)
      },
    },
  }
}
