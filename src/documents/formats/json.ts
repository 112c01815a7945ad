import type { TextPiece } from '../../domain/document.ts'
import { EmbedlineError } from '../../domain/errors.ts'

const DEEPEST = 200

/**
 * JSON as lines that can be read and searched: `author.name: Anna`, lists of plain values on one line, null and empty
 * values left out. The elements of a list are paragraphs of their own; those of the outermost list have their row.
 * Throws `document_unreadable` for values nested deeper than 200 levels.
 */
export function* jsonPieces(value: unknown): Generator<TextPiece, void> {
  if (!Array.isArray(value) || isPlainList(value)) {
    yield { text: renderJson(value), place: {} }
    return
  }
  for (const [index, element] of value.entries())
    yield { text: renderJson(element as unknown), place: { row: index + 1 } }
}

/** One piece for each line that holds JSON; a line that does not is taken as it is. */
export async function* ndjsonPieces(lines: AsyncIterable<string>): AsyncGenerator<TextPiece, void> {
  let row = 0
  for await (const line of lines) {
    row++
    if (line.trim() !== '') yield { text: renderJson(parsed(line)), place: { row } }
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return line
  }
}

/** A JSON value as lines, see `jsonPieces`. */
export function renderJson(value: unknown): string {
  const lines: string[] = []
  writeValue(lines, '', value, 0)
  return lines.join('\n').trim()
}

function writeValue(lines: string[], path: string, value: unknown, depth: number): void {
  if (depth > DEEPEST)
    throw new EmbedlineError('document_unreadable', `The JSON is nested deeper than ${DEEPEST} levels.`)
  if (value === null || value === undefined || value === '') return
  if (Array.isArray(value)) writeList(lines, path, value, depth)
  else if (typeof value === 'object')
    for (const [key, each] of Object.entries(value))
      writeValue(lines, path === '' ? key : `${path}.${key}`, each, depth + 1)
  else lines.push(named(path, plainText(value)))
}

function writeList(lines: string[], path: string, list: readonly unknown[], depth: number): void {
  if (isPlainList(list)) {
    const words = list.filter((each) => each !== null && each !== '').map(plainText)
    if (words.length > 0) lines.push(named(path, words.join(', ')))
    return
  }
  for (const element of list) {
    writeValue(lines, path, element, depth + 1)
    lines.push('')
  }
}

const isPlainList = (list: readonly unknown[]): boolean =>
  list.every((each) => each === null || typeof each !== 'object')

const plainText = (value: unknown): string =>
  typeof value === 'string' ? value.replaceAll(/\r\n?/g, '\n') : String(value)

const named = (path: string, text: string): string => {
  if (path === '') return text
  return text.includes('\n') ? `${path}:\n${text}` : `${path}: ${text}`
}
