import { withoutBrackets, type Place } from './allowList.ts'
import { fetchFailure } from './failures.ts'

/** Longer ones are refused, as most servers do. */
const URL_CHARACTERS = 8_192

/** RFC 1035: no longer name can be looked up. */
const HOST_CHARACTERS = 253

/**
 * The URL, if one of this kind is fetched at all: http or https, without a name and password in it. Throws
 * `fetch_refused` (`bad_url`, `bad_scheme`, `userinfo`).
 */
export function checkUrl(address: string | URL): URL {
  const text = String(address)
  const url = text.length > URL_CHARACTERS ? null : URL.parse(text)
  if (!url || url.hostname.length > HOST_CHARACTERS) throw fetchFailure('bad_url', 'It is not a URL.')
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw fetchFailure('bad_scheme', 'Only http and https URLs are fetched.')
  if (url.username !== '' || url.password !== '')
    throw fetchFailure('userinfo', 'A URL with a user name or password in it is not fetched.')
  return url
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/** Who is dialled for the URL. */
export const placeOf = ({
  hostname,
  port,
  protocol,
}: Pick<URL, 'hostname' | 'port' | 'protocol'>): Place => ({
  hostname: withoutBrackets(hostname),
  port: port === '' ? (PORTS[protocol] ?? 0) : Number(port),
})
