import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { Parser } from 'htmlparser2'
import { robotsWords, type RobotsWords } from './robotsWords.ts'
import { pageUrl } from './pageUrl.ts'

/** What a crawler needs to know of an HTML page. */
export interface PageFacts extends RobotsWords {
  /** Addresses of pages that it links to, each once, in their order; without those that are marked `nofollow`. */
  links: readonly string[]
  /** Where the page says that it really is. */
  canonical?: string
  /** SHA-256 of all that a reader sees, without its white space, hex; absent where there is nothing to see. */
  textHash?: string
}

const UNSEEN = new Set(['script', 'style', 'noscript', 'template', 'svg'])
const LINKING: Readonly<Record<string, string>> = { a: 'href', area: 'href', frame: 'src' }
const MOST_LINKS = 5_000
// The parser takes longer with each open element. Browsers stop at 512.
const DEEPEST = 2_000
const CHARACTERS_A_TURN = 64 * 1024

/**
 * Looks through a page at `url`, in turns with whatever else the process has to do. What is nested deeper than 2,000
 * elements, as only an attack is, and what follows it, is not looked at.
 */
export async function readPage(html: string, url: string, product: string): Promise<PageFacts> {
  const found: Found = { hrefs: [], robots: [], hash: createHash('sha256'), hasText: false, isTooDeep: false }
  const parser = makeParser(found, product)
  for (let at = 0; at < html.length && !found.isTooDeep; at += CHARACTERS_A_TURN) {
    if (at > 0) await setImmediate()
    parser.write(html.slice(at, at + CHARACTERS_A_TURN))
  }
  parser.end()
  const base = (found.base === undefined ? undefined : URL.parse(found.base, url)?.href) ?? url
  const canonical = found.canonical === undefined ? undefined : pageUrl(found.canonical, base)
  const links = found.hrefs.map((href) => pageUrl(href, base)).filter((link) => link !== undefined)
  return {
    links: [...new Set(links)],
    ...(canonical !== undefined && { canonical }),
    ...robotsWords(found.robots, product),
    ...(found.hasText && { textHash: found.hash.digest('hex') }),
  }
}

interface Found {
  hrefs: string[]
  base?: string
  canonical?: string
  robots: string[]
  hash: ReturnType<typeof createHash>
  hasText: boolean
  isTooDeep: boolean
}

function makeParser(found: Found, product: string): Parser {
  let depth = 0
  let unseen = 0
  return new Parser({
    onopentag(name, attributes) {
      if (++depth > DEEPEST) found.isTooDeep = true
      if (unseen > 0 || UNSEEN.has(name)) unseen++
      takeElement(found, name, attributes, product)
    },
    onclosetag() {
      depth--
      if (unseen > 0) unseen--
    },
    ontext(text) {
      if (unseen > 0) return
      const seen = text.replaceAll(/\s+/g, '')
      found.hasText ||= seen !== ''
      found.hash.update(seen)
    },
  })
}

type Attributes = Readonly<Record<string, string>>

function takeElement(found: Found, name: string, attributes: Attributes, product: string): void {
  const linking = LINKING[name]
  if (linking !== undefined) return takeLink(found, attributes[linking], attributes['rel'])
  const { href } = attributes
  if (name === 'base' && href !== undefined) found.base ??= href
  if (name === 'link' && href !== undefined && words(attributes['rel']).includes('canonical'))
    found.canonical ??= href
  if (name === 'meta') takeMeta(found, attributes, product)
}

function takeLink(found: Found, href: string | undefined, rel: string | undefined): void {
  if (href === undefined || found.hrefs.length >= MOST_LINKS) return
  if (!words(rel).includes('nofollow')) found.hrefs.push(href)
}

function takeMeta(found: Found, attributes: Attributes, product: string): void {
  const { content = '' } = attributes
  const name = attributes['name']?.trim().toLowerCase()
  if (name === 'robots' || name === product.toLowerCase()) found.robots.push(content)
  if (attributes['http-equiv']?.trim().toLowerCase() !== 'refresh') return
  // A page that sends its reader on: `0; url=start.html`.
  const target = /^\s*[\d.]*\s*[;,]?\s*url\s*=\s*["']?([^"']+)/i.exec(content)?.[1]
  takeLink(found, target, undefined)
}

const words = (text = ''): string[] => text.toLowerCase().split(/\s+/)
