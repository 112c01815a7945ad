export type TextType =
  'text' | 'markdown' | 'html' | 'json' | 'ndjson' | 'table' | 'xml' | 'mail' | 'subtitles' | 'drawing'

const SUBTITLES = /^WEBVTT(?:\s|$)|^(?:\d{1,9}[ \t]*\n)?[ \t]*(?:\d{1,9}:)?\d{1,2}:\d{1,2}[.,]\d{1,3}\s?-->/
const XML = /^<\?xml[\s?]/
const HTML = /^<!doctype html/i
const HTML_ELEMENT = /^<(?:html|head|body)[\s>]/i
const SVG_ELEMENT = /^<(?:\w{1,20}:)?svg[\s>]/i
const TAG = /<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?\/?>/i
const JSON_START = /^(?:\{\s*(?:"|\}|$)|\[\s*(?:["{[\]\-\d]|true|false|null|$))/
const NDJSON = /^(?:\{.*\}|\[.*\])[ \t]*\n\s*[{[]/

// A mail begins with header lines, of which these are nearly always there.
const HEADER_LINE = /^([!-9;-~]+):|^[ \t]/
const MAIL_HEADERS = new Set(
  'from to subject date message-id mime-version received return-path delivered-to content-type'.split(' '),
)
const FEWEST_MAIL_HEADERS = 3

const BY_EXTENSION: Readonly<Record<string, TextType>> = {
  md: 'markdown',
  markdown: 'markdown',
  mdown: 'markdown',
  csv: 'table',
  tsv: 'table',
  tab: 'table',
  srt: 'subtitles',
  vtt: 'subtitles',
}

/** What kind of text begins so; the name decides only where the text does not. */
export function textTypeOf(head: string, name: string): TextType {
  const start = head.trimStart()
  const extension = /\.([^.]+)$/.exec(name.toLowerCase())?.[1] ?? ''
  return byStructure(start, extension) ?? BY_EXTENSION[extension] ?? 'text'
}

function byStructure(start: string, extension: string): TextType | undefined {
  if (SUBTITLES.test(start)) return 'subtitles'
  if (start.startsWith('<')) return markupType(start, extension)
  if (/^x?html?$/.test(extension) && TAG.test(start)) return 'html'
  if (JSON_START.test(start))
    return NDJSON.test(start) || /^(?:ndjson|jsonl)$/.test(extension) ? 'ndjson' : 'json'
  return isMail(start) ? 'mail' : undefined
}

function markupType(start: string, extension: string): TextType | undefined {
  const root = withoutProlog(start)
  if (SVG_ELEMENT.test(root)) return 'drawing'
  if (HTML.test(start) || HTML_ELEMENT.test(root)) return 'html'
  if (/^x?html?$/.test(extension) && TAG.test(start)) return 'html'
  if (XML.test(start)) return 'xml'
  return extension === 'xml' && TAG.test(start) ? 'xml' : undefined
}

// By hand, because a regular expression for this takes exponential time on many comments.
const PROLOG: readonly [opens: string, closes: string][] = [
  ['<?', '?>'],
  ['<!--', '-->'],
  ['<!', '>'],
]

/** The text from its first element on. */
function withoutProlog(start: string): string {
  let rest = start
  for (;;) {
    const part = PROLOG.find(([opens]) => rest.startsWith(opens))
    if (!part) return rest
    const end = rest.indexOf(part[1])
    if (end < 0) return ''
    rest = rest.slice(end + part[1].length).trimStart()
  }
}

function isMail(start: string): boolean {
  const found = new Set<string>()
  for (const [index, line] of start.split('\n', 100).entries()) {
    // The first line of a mailbox.
    if (index === 0 && line.startsWith('From ')) continue
    const header = HEADER_LINE.exec(line)
    if (!header) break
    const name = header[1]?.toLowerCase()
    if (name !== undefined && MAIL_HEADERS.has(name)) found.add(name)
  }
  return found.size >= FEWEST_MAIL_HEADERS
}
