import type { Agent } from 'undici'
import { EmbedlineError } from '../domain/errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Opened } from '../lib/closing.ts'
import { NOTHING_ALLOWED, type AllowList } from './allowList.ts'
import { checkUrl, placeOf } from './checkUrl.ts'
import { dialTcp, type Dial } from './dial.ts'
import { download, type DownloadOptions, type Sink } from './download.ts'
import { asFetchFailure, type FetchReason } from './failures.ts'
import { get, type Answer, type GetOptions } from './get.ts'
import { checkedAddresses, resolveBySystem, type Resolve } from './guard.ts'

/** Everything that this server fetches by a URL that somebody else chose goes through one of these. */
export interface Fetcher {
  /**
   * Says at once of a URL what will not change: resolves its name once, dials it, and sends nothing. Throws
   * `fetch_refused` (`bad_url`, `bad_scheme`, `userinfo`, `private_address`) and `fetch_failed` (`unknown_name`,
   * `connection_refused`). What is slow or fails otherwise passes: it may go right later. Ends within 3 s.
   */
  check(address: string): Promise<void>
  /** See `get`. */
  get(address: string | URL, options: GetOptions): Promise<Answer>
  /** See `download`. */
  download(address: string, sink: Sink, options: DownloadOptions): Promise<void>
}

export interface FetcherParts {
  clock: Clock
  /** How this server names itself: `Embedline/1.0`. */
  userAgent: string
  allow?: AllowList
  resolve?: Resolve
  dial?: Dial
}

const CHECK_MS = 3_000

const LASTING: readonly (string | undefined)[] = [
  'unknown_name',
  'connection_refused',
] satisfies FetchReason[]

/** Opens the way out. `close` breaks off what is under way. */
export function openFetcher({
  clock,
  userAgent,
  allow = NOTHING_ALLOWED,
  resolve = resolveBySystem,
  dial = dialTcp,
}: FetcherParts): Fetcher & Opened {
  const guard = { allow, resolve, clock }
  let opened: Promise<Agent> | undefined
  // The HTTP client takes longer to load than all else at the start, and many servers never fetch.
  const agent = () => (opened ??= open())
  const parts = { agent, clock, userAgent }
  return {
    async check(address) {
      const url = checkUrl(address)
      const checked = new AbortController()
      try {
        await Promise.race([dialOnce(url), clock.sleep(CHECK_MS, checked.signal)])
      } catch (failure) {
        throwIfLasting(failure)
      } finally {
        checked.abort()
      }
    },
    get: (address, options) => get(parts, address, options),
    download: (address, sink, options) => download(parts, address, sink, options),
    async close() {
      const left = await opened
      await left?.destroy()
    },
  }

  async function open(): Promise<Agent> {
    const { openGuardedAgent } = await import('./connector.ts')
    return openGuardedAgent({ ...guard, dial })
  }

  async function dialOnce(url: URL): Promise<void> {
    const place = placeOf(url)
    const addresses = await checkedAddresses(guard, place)
    try {
      const socket = await dial({ addresses, port: place.port, timeoutMs: CHECK_MS })
      socket.destroy()
    } catch (failure) {
      throw asFetchFailure(failure, url.host)
    }
  }
}

function throwIfLasting(failure: unknown): void {
  if (!(failure instanceof EmbedlineError)) throw failure
  if (failure.code === 'fetch_refused' || LASTING.includes(failure.reason)) throw failure
}
