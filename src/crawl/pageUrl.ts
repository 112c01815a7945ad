const LONGEST = 2_000

// What says where a reader comes from, or who the reader is, and not which page it is.
const TRACKING =
  /^(?:utm_\w+|gclid|dclid|gbraid|wbraid|fbclid|msclkid|yclid|twclid|ttclid|igshid|mc_[ce]id|_ga|_gl|_hsenc|_hsmi|mkt_tok)$/i
const SESSION = /^(?:phpsessid|jsessionid|aspsessionid\w*|cfid|cftoken)$/i
const MAYBE_SESSION = /^(?:sid|session_?id)$/i
const LONG_VALUE = /^[\w-]{16,}$/
const SESSION_IN_PATH = /;(?:jsessionid|phpsessid|sid)=[^/;]*/gi

/**
 * The one way in which the address of a page is written: without fragment, default port, dot segments, tracking and
 * session parameters; parameters by name, percent-encoding no more than needed, in capitals. Undefined for what is no
 * address of a page: another scheme than http and https, a user name in it, longer than 2,000 characters.
 */
export function pageUrl(text: string, base?: string): string | undefined {
  const url = URL.parse(text, base)
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined
  url.hash = ''
  url.hostname = url.hostname.replace(/\.$/, '')
  url.pathname = plainCodes(url.pathname).replaceAll(SESSION_IN_PATH, '')
  url.search = sameQuery(url.search)
  return url.href.length > LONGEST ? undefined : url.href
}

const UNRESERVED = /[\w.~-]/

const plainCodes = (text: string): string =>
  text.replaceAll(/%[\da-f]{2}/gi, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16))
    return UNRESERVED.test(character) ? character : code.toUpperCase()
  })

/** As text: written anew by `URLSearchParams`, some servers would not know it again. */
function sameQuery(search: string): string {
  const parameters = plainCodes(search.slice(1))
    .split('&')
    .filter((parameter) => parameter !== '' && !isAboutReader(parameter))
  return parameters.toSorted((one, other) => compare(nameOf(one), nameOf(other))).join('&')
}

const nameOf = (parameter: string): string => parameter.split('=', 1)[0] ?? ''

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other))

function isAboutReader(parameter: string): boolean {
  const name = nameOf(parameter)
  if (TRACKING.test(name) || SESSION.test(name)) return true
  return MAYBE_SESSION.test(name) && LONG_VALUE.test(parameter.slice(name.length + 1))
}

/** `scheme://host:port` of the site that a page belongs to. */
export const siteOf = (url: string): string => new URL(url).origin

/**
 * The page as one of the site; undefined when it is of another host. That a host is called with or without `www.`, by
 * http or https, makes no other site as long as the ports are the default ones: such a page is taken as the site's own.
 */
export function ontoSite(url: string, site: string): string | undefined {
  const page = new URL(url)
  if (page.origin === site) return url
  const own = new URL(site)
  if (page.port !== '' || own.port !== '' || bareHost(page) !== bareHost(own)) return undefined
  return own.origin + page.pathname + page.search
}

const bareHost = ({ hostname }: URL): string => hostname.replace(/^www\./, '')
