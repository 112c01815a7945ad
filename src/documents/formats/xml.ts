import { Parser } from 'htmlparser2'
import type { TextPiece } from '../../domain/document.ts'
import { throwIfTooDeep } from './depth.ts'

const PIECE_CHARACTERS = 64 * 1024
const SPACES = /\s+/g

/** An element that is open. */
interface Frame {
  name: string
  /** Without white space before its first word. */
  text: string
  /** Its text stands in the middle of the text of its parent. */
  isInline: boolean
}

/**
 * XML as lines `element: text` and `element.attribute: value`; text with elements in it stays one line. Elements of the
 * second level are paragraphs of their own. Entities that the document itself defines are left as they are written, so
 * none can grow. Damaged XML is read as far as it makes sense.
 */
export async function* xmlPieces(text: AsyncIterable<string>): AsyncGenerator<TextPiece, void> {
  const writer = makeXmlWriter()
  for await (const chunk of text) {
    writer.write(chunk)
    if (writer.length() > PIECE_CHARACTERS) yield { text: writer.take(), place: {} }
  }
  writer.end()
  const rest = writer.take()
  if (rest.trim() !== '') yield { text: rest, place: {} }
}

function makeXmlWriter() {
  const frames: Frame[] = []
  let lines: string[] = []
  let length = 0

  const addLine = (line: string): void => {
    lines.push(line)
    length += line.length
  }

  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const parent = frames.at(-1)
        const isInline = parent !== undefined && (parent.isInline || parent.text !== '')
        throwIfTooDeep(frames.length)
        frames.push({ name: localName(name), text: '', isInline })
        for (const [attribute, value] of Object.entries(attributes))
          if (!attribute.startsWith('xmlns') && value.trim() !== '')
            addLine(`${localName(name)}.${localName(attribute)}: ${value.trim()}`)
      },
      ontext(text) {
        const frame = frames.at(-1)
        if (!frame || (frame.text === '' && text.trim() === '')) return
        frame.text += text
        if (frame.text.length < PIECE_CHARACTERS || frame.isInline) return
        addLine(named(frame))
        frame.text = ''
      },
      onclosetag() {
        const frame = frames.pop()
        if (!frame) return
        const parent = frames.at(-1)
        if (frame.isInline && parent) parent.text += frame.text
        else if (frame.text !== '') addLine(named(frame))
        if (frames.length === 1 && lines.at(-1) !== '') addLine('')
      },
    },
    { xmlMode: true },
  )

  return {
    write: (text: string) => parser.write(text),
    end: () => parser.end(),
    length: () => length,
    /** The lines so far, with a line end after the last. */
    take(): string {
      const text = lines.map((line) => `${line}\n`).join('')
      lines = []
      length = 0
      return text
    },
  }
}

const named = ({ name, text }: Frame): string => `${name}: ${text.replaceAll(SPACES, ' ').trim()}`

/** Without the prefix of its namespace. */
export const localName = (name: string): string => name.slice(name.indexOf(':') + 1)
