const MOST_SEGMENTS = 20
const MOST_PARAMETERS = 8
/** A segment that stands so often in a path, or a run of segments so often in a row, is a link that leads into itself. */
const MOST_REPEATS = 3

/** True for an address as only links make it that lead into themselves: no reader would look for a page there. */
export function isTrap(url: string): boolean {
  const { pathname, search } = new URL(url)
  const segments = pathname.split('/').filter((segment) => segment !== '')
  if (segments.length > MOST_SEGMENTS) return true
  if (search.split('&').length > MOST_PARAMETERS) return true
  return repeatsSegment(segments) || repeatsRun(segments)
}

function repeatsSegment(segments: readonly string[]): boolean {
  const counts = new Map<string, number>()
  for (const segment of segments) {
    const count = (counts.get(segment) ?? 0) + 1
    if (count > MOST_REPEATS) return true
    counts.set(segment, count)
  }
  return false
}

/** `a/b/a/b/a/b`: three times the same run. */
function repeatsRun(segments: readonly string[]): boolean {
  for (let length = 1; length * MOST_REPEATS <= segments.length; length++) {
    let same = 0
    for (let at = length; at < segments.length; at++) {
      same = segments[at] === segments[at - length] ? same + 1 : 0
      if (same >= length * (MOST_REPEATS - 1)) return true
    }
  }
  return false
}

/** Of an address that a program may make without end: what all those have in common, and how many of them are taken. */
export interface Shape {
  name: string
  most: number
}

const MOST_QUERIES = 50
const MOST_NUMBERS = 200

/**
 * What addresses of one kind have in common, where there may be endlessly many: queries of one page (`/search?page,q`)
 * and paths that differ in numbers only (`/calendar/#/#`). Undefined for other addresses.
 */
export function shapeOf(url: string): Shape | undefined {
  const { pathname, search } = new URL(url)
  const path = pathname.replaceAll(/(?<=\/)[\d.,:_-]*\d[\d.,:_-]*(?=\/|$)/g, '#')
  if (search !== '') return { name: `${path}?${namesIn(search)}`, most: MOST_QUERIES }
  return path === pathname ? undefined : { name: path, most: MOST_NUMBERS }
}

const namesIn = (search: string): string =>
  [
    ...new Set(
      search
        .slice(1)
        .split('&')
        .map((parameter) => parameter.split('=', 1)[0] ?? ''),
    ),
  ].join(',')
