/** What a robots.txt says to one robot. Plain values: they are kept while a site is crawled. */
export interface RobotsRules {
  rules: readonly RobotsRule[]
  /** Seconds between two requests that the site asks for. */
  delaySec?: number
}

export interface RobotsRule {
  isAllowed: boolean
  /** Of path and query, normalised: `*` is anything, `$` at the end is the end. */
  pattern: string
}

/** What is read of a robots.txt; the rest is as if it were not there. Source: RFC 9309, section 2.5. */
export const ROBOTS_BYTES = 500 * 1024

/** For a site that has no robots.txt. */
export const ALL_ALLOWED: RobotsRules = { rules: [] }

const EVERYBODY = '*'

/**
 * Reads the rules for the robot of this product token: those of all groups that name it, or else of the groups for
 * everybody. Lines that nobody knows are passed over. Source: RFC 9309, section 2.2.
 */
export function parseRobots(text: string, product: string): RobotsRules {
  const groups = groupsIn(text)
  const own = groups.filter(({ agents }) => agents.includes(product.toLowerCase()))
  const named = own.length > 0 ? own : groups.filter(({ agents }) => agents.includes(EVERYBODY))
  const delays = named.flatMap(({ delaySec }) => (delaySec === undefined ? [] : [delaySec]))
  return {
    rules: named.flatMap(({ rules }) => rules),
    ...(delays.length > 0 && { delaySec: Math.max(...delays) }),
  }
}

interface Group {
  agents: string[]
  rules: RobotsRule[]
  delaySec?: number
}

function groupsIn(text: string): Group[] {
  const groups: Group[] = []
  let group: Group | undefined
  let isNaming = false
  for (const [name, value] of linesIn(text)) {
    if (name === 'user-agent') {
      if (!group || !isNaming) groups.push((group = { agents: [], rules: [] }))
      group.agents.push(tokenOf(value))
    } else if (group) takeRule(group, name, value)
    isNaming = name === 'user-agent'
  }
  return groups
}

const KNOWN = new Set(['user-agent', 'allow', 'disallow', 'crawl-delay'])

function linesIn(text: string): [name: string, value: string][] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n?|\n/)
    .flatMap((line): [string, string][] => {
      const [words = ''] = line.split('#', 1)
      const colon = words.indexOf(':')
      const name = words.slice(0, Math.max(0, colon)).trim().toLowerCase()
      return KNOWN.has(name) ? [[name, words.slice(colon + 1).trim()]] : []
    })
}

/** `Embedline/1.0` names the product `embedline`. */
const tokenOf = (value: string): string =>
  value.startsWith(EVERYBODY) ? EVERYBODY : (/^[a-z_-]*/i.exec(value)?.[0] ?? '').toLowerCase()

function takeRule(group: Group, name: string, value: string): void {
  if (name === 'crawl-delay') {
    const delaySec = Number(value)
    if (value !== '' && delaySec >= 0) group.delaySec = Math.max(group.delaySec ?? 0, delaySec)
  } else if (value !== '') group.rules.push({ isAllowed: name === 'allow', pattern: sameOctets(value) })
}

/**
 * True when the rules let the robot ask for this address: the longest pattern that fits decides, of two as long the one
 * that allows. Source: RFC 9309, section 2.2.2.
 */
export function isAllowed({ rules }: RobotsRules, url: string): boolean {
  const { pathname, search } = new URL(url)
  if (pathname === '/robots.txt') return true
  const path = sameOctets(pathname + search)
  let best: RobotsRule = { isAllowed: true, pattern: '' }
  for (const rule of rules) {
    const isLonger = rule.pattern.length - best.pattern.length || Number(rule.isAllowed)
    if (isLonger > 0 && fits(rule.pattern, path)) best = rule
  }
  return best.isAllowed
}

/** Step by step through the stars, because a regular expression could take exponential time on some patterns. */
function fits(pattern: string, path: string): boolean {
  const isToEnd = pattern.endsWith('$')
  const parts = (isToEnd ? pattern.slice(0, -1) : pattern).split('*')
  const [first = '', ...rest] = parts
  if (!path.startsWith(first)) return false
  let at = first.length
  const last = isToEnd ? rest.pop() : undefined
  for (const part of rest) {
    const found = path.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  if (!isToEnd) return true
  return last === undefined ? at === path.length : path.length - last.length >= at && path.endsWith(last)
}

const UNRESERVED = /[\w.~-]/

/** Percent-encoding as it is compared: none of letters, digits and `-._~`, capital digits, all beyond ASCII encoded. */
const sameOctets = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[^\x21-\x7e]+/g, encodeURIComponent)
    .replaceAll(/%[\da-f]{2}/gi, (code) => {
      const character = String.fromCharCode(Number.parseInt(code.slice(1), 16))
      return UNRESERVED.test(character) ? character : code.toUpperCase()
    })
