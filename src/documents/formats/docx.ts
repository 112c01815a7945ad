import { Parser } from 'htmlparser2'
import type { TextPiece } from '../../domain/document.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Source } from '../source.ts'
import { readZip, unpack } from '../zip.ts'
import { toPieces, type Paragraph } from './blocks.ts'
import { makeDocxWriter } from './docxWriter.ts'
import { localName } from './xml.ts'

const BODY = 'word/document.xml'
const STYLES = 'word/styles.xml'
const NOTES = ['word/footnotes.xml', 'word/endnotes.xml']

/**
 * The text of a Word document: paragraphs under their headings, rows of tables as `a | b`, text boxes, foot- and
 * endnotes at the end; what was deleted under revision is left out, as are page headers and footers.
 */
export async function* docxPieces(source: Source, unpackedBytes: number): AsyncGenerator<TextPiece, void> {
  const entries = await readZip(source)
  const budget = { leftBytes: unpackedBytes }

  async function* textOf(name: string): AsyncGenerator<string, void> {
    const entry = entries.get(name)
    if (!entry) return
    const decoder = new TextDecoder()
    for await (const chunk of unpack(source, entry, budget)) yield decoder.decode(chunk, { stream: true })
  }

  if (!entries.has(BODY))
    throw new EmbedlineError('document_unreadable', 'The Word document has no text part.')
  const isHeading = await readHeadingStyles(textOf(STYLES))
  yield* toPieces(paragraphsOf([textOf(BODY), ...NOTES.map(textOf)], isHeading))
}

async function* paragraphsOf(
  parts: readonly AsyncIterable<string>[],
  isHeading: (style: string) => boolean,
): AsyncGenerator<Paragraph, void> {
  const writer = makeDocxWriter(isHeading)
  for (const part of parts) {
    const parser = new Parser(writer.handler, { xmlMode: true })
    for await (const chunk of part) {
      parser.write(chunk)
      yield* writer.take()
    }
    parser.end()
  }
  yield* writer.take()
}

const DEEPEST_INHERITANCE = 20

/** Tells which styles are those of headings: by their names in English, which Word keeps in every language, or by level. */
async function readHeadingStyles(xml: AsyncIterable<string>): Promise<(style: string) => boolean> {
  const styles = new Map<string, { isHeading: boolean; basedOn: string | undefined }>()
  let current: { isHeading: boolean; basedOn: string | undefined } | undefined
  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        const name = localName(tag)
        const value = attributes['w:val'] ?? ''
        if (name === 'style') {
          current = { isHeading: false, basedOn: undefined }
          styles.set(attributes['w:styleId'] ?? '', current)
        } else if (!current) return
        else if (name === 'name') current.isHeading ||= /^(?:heading \d|title)$/i.test(value)
        else if (name === 'outlineLvl') current.isHeading ||= Number(value) < 9
        else if (name === 'basedOn') current.basedOn = value
      },
    },
    { xmlMode: true },
  )
  for await (const chunk of xml) parser.write(chunk)
  parser.end()
  return (style) => {
    let found = styles.get(style)
    for (let depth = 0; found && depth < DEEPEST_INHERITANCE; depth++) {
      if (found.isHeading) return true
      found = found.basedOn === undefined ? undefined : styles.get(found.basedOn)
    }
    return false
  }
}
