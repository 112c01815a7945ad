import type { TextPiece } from '../../domain/document.ts'

const PIECE_CHARACTERS = 64 * 1024

/** Markdown as it is written, in pieces of one section each; headings without text of their own go with the next. */
export async function* markdownPieces(lines: AsyncIterable<string>): AsyncGenerator<TextPiece, void> {
  const isHeading = makeHeadingFinder()
  let heading: string | undefined
  let section = ''
  let hasBody = false
  const piece = (): TextPiece => ({ text: section, place: heading === undefined ? {} : { heading } })

  for await (const line of lines) {
    const found = isHeading(line)
    if (found?.kind === 'underline') {
      // The last line of the section before it turns out to be the heading of the next.
      const at = section.lastIndexOf('\n', section.length - 2) + 1
      const title = section.slice(at)
      section = section.slice(0, at)
      if (section.trim() !== '') yield piece()
      heading = plainHeading(title)
      section = `${title}${line}\n`
      hasBody = false
      continue
    }
    if (found && hasBody) {
      yield piece()
      section = ''
    }
    if (found) heading = found.text
    hasBody = found ? false : hasBody || line.trim() !== ''
    section += `${line}\n`
    if (section.length > PIECE_CHARACTERS) {
      yield piece()
      section = ''
    }
  }
  if (section.trim() !== '') yield piece()
}

type Heading = { kind: 'marked'; text: string } | { kind: 'underline' }

// A longer line is no heading, whatever it begins with.
const LONGEST_HEADING = 1000
const MARKED = /^ {0,3}#{1,6}(?:\s+(.*))?$/
const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]{0,20}$/
const FENCE = /^ {0,3}(`{3,}|~{3,})/
// What an underline cannot turn into a heading: nothing, quotes, lists, tables, code.
const NO_TITLE = /^\s*$|^ {0,3}(?:[>|#]|[-*+]\s|\d+[.)]\s)|^ {4}/

/** Tells of each line, in order, whether it is a heading or makes one of the line before it. */
function makeHeadingFinder(): (line: string) => Heading | undefined {
  let fence: string | undefined
  let before: string | undefined
  let isFrontMatter = false
  return (line) => {
    const isFirst = before === undefined
    const title = before ?? ''
    before = line
    if (isFirst && line.trim() === '---') isFrontMatter = true
    else if (isFrontMatter) isFrontMatter = line.trim() !== '---'
    if (isFirst || isFrontMatter) return isFrontMatter ? undefined : marked(line)
    const [, opens] = FENCE.exec(line) ?? []
    if (fence !== undefined) {
      if (opens?.startsWith(fence)) fence = undefined
      before = ''
      return undefined
    }
    fence = opens
    if (title.length <= LONGEST_HEADING && UNDERLINE.test(line) && !NO_TITLE.test(title)) {
      before = ''
      return { kind: 'underline' }
    }
    return marked(line)
  }
}

function marked(line: string): Heading | undefined {
  const found = line.length <= LONGEST_HEADING ? MARKED.exec(line) : undefined
  return found ? { kind: 'marked', text: plainHeading(found[1] ?? '') } : undefined
}

/** A heading without its marks of style, links and closing signs. */
const plainHeading = (heading: string): string =>
  heading
    .replace(/\s#+\s*$/, '')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[*`]|__/g, '')
    .trim()
