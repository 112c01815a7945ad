import { createHash } from 'node:crypto'

/** The keys under which a page may be stored. */
export interface PageKeys {
  /** As the address reads; pages of different addresses may share it. Undefined where no key can look like it. */
  plain?: string
  /** Of no other address, and in nobody's way: directly in the folder of the host. */
  unique: string
}

const KEY_BYTES = 1000
const SEGMENT_BYTES = 240

/**
 * `https://example.org/docs/` → `example.org/docs/index.html`, `/docs/start` → `…/docs/start.html`, `/list?page=2` →
 * `example.org/list-page-2-<10 hex digits of the address>.html`.
 */
export function pageKeys(url: string, extension: string): PageKeys {
  const { hostname, port, pathname, search } = new URL(url)
  const host = (port === '' ? hostname : `${hostname}_${port}`).replaceAll(/[[\]:]/g, '_')
  const hash = createHash('sha256').update(url).digest('hex').slice(0, 10)
  const unique = `${host}/${[...wordsOf(pathname + search), hash].join('-')}.${extension}`
  const plain = search === '' ? plainKey(host, pathname, extension) : undefined
  return { ...(plain !== undefined && { plain }), unique }
}

function plainKey(host: string, pathname: string, extension: string): string | undefined {
  const segments = pathname.slice(1).split('/').map(decoded)
  const last = segments.pop() ?? ''
  const key = [host, ...segments, withExtension(last, extension)]
  const isPlain = key.every(isPlainSegment) && Buffer.byteLength(key.join('/')) <= KEY_BYTES
  return isPlain ? key.join('/') : undefined
}

const SAME: Readonly<Record<string, readonly string[]>> = { html: ['html', 'htm', 'xhtml'] }

function withExtension(name: string, extension: string): string {
  if (name === '') return `index.${extension}`
  const own = /[^.]\.([a-z\d]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  return (SAME[extension] ?? [extension]).includes(own) ? name : `${name}.${extension}`
}

const isPlainSegment = (segment: string): boolean =>
  segment !== '' &&
  !segment.startsWith('.') &&
  !/[/\\\p{Cc}\p{Cs}]/u.test(segment) &&
  Buffer.byteLength(segment) <= SEGMENT_BYTES

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

const WORDS_CHARACTERS = 50

const wordsOf = (path: string): string[] => {
  const words = decoded(path)
    .toWellFormed()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
  const text = Array.from(words.join('-')).slice(0, WORDS_CHARACTERS).join('')
  return text === '' ? [] : [text]
}
