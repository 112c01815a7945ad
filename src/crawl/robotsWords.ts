/** What a page asks of robots that have read it. */
export interface RobotsWords {
  isIndexed: boolean
  isFollowed: boolean
}

/**
 * Reads `noindex`, `nofollow` and `none` in the contents of `<meta name="robots">` and in the values of
 * `X-Robots-Tag`, which may name the robots that they are for: `otherbot: noindex`.
 */
export function robotsWords(values: readonly string[], product: string): RobotsWords {
  const words = new Set(values.flatMap((value) => wordsFor(value, product.toLowerCase())))
  const isNone = words.has('none')
  return { isIndexed: !isNone && !words.has('noindex'), isFollowed: !isNone && !words.has('nofollow') }
}

// Directives that have a value, and are no names of robots.
const WITH_VALUE = new Set(['max-snippet', 'max-image-preview', 'max-video-preview', 'unavailable_after'])

/** A name counts for all that follows it, until the next one. */
function wordsFor(value: string, product: string): string[] {
  let isForUs = true
  return value
    .toLowerCase()
    .split(',')
    .flatMap((part) => {
      const [first = '', ...rest] = part.split(':').map((word) => word.trim())
      if (rest.length === 0 || WITH_VALUE.has(first)) return isForUs ? [first] : []
      isForUs = first === product || first === 'robots' || first === '*'
      return isForUs ? rest : []
    })
}
