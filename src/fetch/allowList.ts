import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { EmbedlineError } from '../domain/errors.ts'

/** What the operator opens beside the public addresses. */
export interface AllowList {
  networks: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][]
  /** `host:port` as URLs have them, in lower case; whatever such a name means now may be dialled. */
  places: ReadonlySet<string>
}

/** Who is about to be dialled. */
export interface Place {
  /** As in a URL: a name, an IPv4 address, or an IPv6 address, the latter without brackets. */
  hostname: string
  port: number
}

export const NOTHING_ALLOWED: AllowList = { networks: [], places: new Set() }

/**
 * Parses networks (`10.0.0.0/8`, `fd00::/8`), single addresses, and places (`minio:9000`, `[::1]:8080`), with commas or
 * spaces between them. Throws `request_invalid` with what was expected.
 */
export function parseAllowList(text: string): AllowList {
  const networks: [ipaddr.IPv4 | ipaddr.IPv6, number][] = []
  const places = new Set<string>()
  for (const entry of text.split(/[\s,]+/).filter((each) => each !== '')) {
    const network = parseNetwork(entry)
    if (network) networks.push(network)
    else places.add(parsePlace(entry))
  }
  return { networks, places }
}

/** True when the operator opened this place, whatever its address. */
export const opensPlace = ({ places }: AllowList, place: Place): boolean => places.has(nameOf(place))

/** True when the operator opened a network that this address is in. */
export function opensAddress({ networks }: AllowList, address: string): boolean {
  const parsed = ipaddr.process(address)
  return networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits))
}

const nameOf = ({ hostname, port }: Place): string => `${hostname.toLowerCase()} ${port}`

function parseNetwork(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  // The parser also takes 010.1 and 0x7f.1: in a list of networks they are mistakes.
  const [address = '', bits, ...rest] = entry.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return undefined
  if (bits === undefined)
    return [ipaddr.process(address), ipaddr.process(address).kind() === 'ipv4' ? 32 : 128]
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) throw notAllowed(entry)
  return [ipaddr.parse(address), Number(bits)]
}

function parsePlace(entry: string): string {
  const [, host = '', port = ''] = /^(\[[0-9a-fA-F:.]+\]|[^\s:/@?#[\]]+):(\d{1,5})$/.exec(entry) ?? []
  if (!URL.canParse(`http://${host}/`) || Number(port) < 1 || Number(port) > 65_535) throw notAllowed(entry)
  // As a URL spells it, so that it is found again.
  const { hostname } = new URL(`http://${host}/`)
  return nameOf({ hostname: withoutBrackets(hostname), port: Number(port) })
}

/** `[::1]` → `::1`. */
export const withoutBrackets = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1')

const notAllowed = (entry: string) =>
  new EmbedlineError(
    'request_invalid',
    `expected networks and host:port pairs such as 10.0.0.0/8,minio:9000; "${entry}" is neither`,
  )
