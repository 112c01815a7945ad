import ipaddr from 'ipaddr.js'

/** Answers metadata to every machine in Azure, at an address that looks like any other. */
const METADATA: readonly string[] = ['168.63.129.16']

// RFC 4291, section 2.4, and the IANA registry: nothing outside of it is given to anybody. It keeps out old embeddings of
// IPv4, such as ::127.0.0.1, that the ranges by name do not know.
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')

// RFC 6052: the last 32 bits are an IPv4 address, to which a translator of this network sends what is sent there.
const TRANSLATED = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/**
 * True for an address of the public internet: not one of this machine, of its networks, of many receivers, or set aside
 * for something else. An IPv4 address inside an IPv6 one (mapped, or translated by RFC 6052) counts as itself; the
 * tunnels 6to4 and Teredo are not public. Source: the IANA registries of special-purpose addresses.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  return parsed.kind() === 'ipv4' ? isPublicV4(parsed as ipaddr.IPv4) : isPublicV6(parsed as ipaddr.IPv6)
}

const isPublicV4 = (address: ipaddr.IPv4): boolean =>
  address.range() === 'unicast' && !METADATA.includes(address.toString())

function isPublicV6(address: ipaddr.IPv6): boolean {
  if (address.isIPv4MappedAddress()) return isPublicV4(address.toIPv4Address())
  if (address.match(TRANSLATED)) return isPublicV4(new ipaddr.IPv4(address.toByteArray().slice(-4)))
  return address.match(GLOBAL_UNICAST) && address.range() === 'unicast'
}
