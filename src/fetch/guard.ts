import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Clock } from '../lib/clock.ts'
import { opensAddress, opensPlace, type AllowList, type Place } from './allowList.ts'
import { asFetchFailure, fetchFailure } from './failures.ts'
import { isPublicAddress } from './publicAddress.ts'

/** An address that may be dialled. */
export interface CheckedAddress {
  address: string
  family: 4 | 6
}

/** Turns a name into its addresses. Fails with the system's codes (`ENOTFOUND`, `EAI_AGAIN`). */
export type Resolve = (hostname: string) => Promise<readonly { address: string; family: number }[]>

export interface GuardParts {
  allow: AllowList
  resolve: Resolve
  clock: Clock
}

/** The lookup of a name may take so long. */
const LOOKUP_MS = 3_000

/** As programs of this machine see names: with its hosts file and its search domains. */
export const resolveBySystem: Resolve = (hostname) => lookup(hostname, { all: true, order: 'verbatim' })

/**
 * The addresses that may be dialled for a place. The name is resolved once, here; whoever dials uses these addresses and
 * never the name. One address that is not public, nor opened by the operator, refuses them all: a name that means
 * an inner address too is nobody's mistake. Throws `fetch_refused` (`private_address`), `fetch_failed` (`unknown_name`,
 * `name_lookup_failed`, `timeout`).
 */
export async function checkedAddresses(parts: GuardParts, place: Place): Promise<readonly CheckedAddress[]> {
  const addresses = await addressesOf(parts, place)
  if (addresses.length === 0) throw fetchFailure('unknown_name', `${place.hostname} has no address.`)
  if (!opensPlace(parts.allow, place))
    for (const { address } of addresses)
      if (!isPublicAddress(address) && !opensAddress(parts.allow, address))
        throw fetchFailure(
          'private_address',
          `${place.hostname} is not on the public internet; the operator of this server can open it (EMBEDLINE_FETCH_ALLOW).`,
        )
  return addresses
}

async function addressesOf({ resolve, clock }: GuardParts, { hostname }: Place): Promise<CheckedAddress[]> {
  if (isIP(hostname) !== 0) return [checked(hostname)]
  const looked = new AbortController()
  try {
    const found = await Promise.race([
      resolve(hostname),
      clock.sleep(LOOKUP_MS, looked.signal).then(() => undefined),
    ])
    if (!found)
      throw fetchFailure('timeout', `The lookup of ${hostname} took longer than ${LOOKUP_MS / 1000} s.`)
    return found.map(({ address }) => checked(address))
  } catch (failure) {
    throw asFetchFailure(failure, hostname)
  } finally {
    looked.abort()
  }
}

const checked = (address: string): CheckedAddress => ({ address, family: isIP(address) === 6 ? 6 : 4 })
