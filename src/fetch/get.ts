import type { Agent, Dispatcher } from 'undici'
import { EmbedlineError } from '../domain/errors.ts'
import { bytesOf, inLimit, inMostBytes, type LimitName, type MostBytes } from '../domain/limitFacts.ts'
import type { Clock } from '../lib/clock.ts'
import { checkUrl } from './checkUrl.ts'
import { asFetchFailure, fetchFailure } from './failures.ts'

export interface GetOptions {
  /** Goes to every host on the way, so it must hold no secret. Names in lower case. */
  headers?: Readonly<Record<string, string>>
  /** Of the body. */
  limitBytes: MostBytes
  /** Of the whole, redirects and body included. */
  totalMs: number
  /** Which limit that is, if it is one. */
  totalName?: LimitName
  /** Nothing comes for so long: before the answer begins, or between two pieces of the body. */
  idleMs?: number
  /** Asked before each redirect. Returning false forbids it. */
  mayFollow?: (to: URL, from: URL) => boolean
  signal?: AbortSignal | undefined
}

/** What a server answered, whatever its status. Read `body` to its end or to where you leave it, or call `cancel`. */
export interface Answer {
  status: number
  /** Where it came from in the end, after redirects. */
  url: URL
  /** Names in lower case; a header that came several times is joined by commas. */
  headers: Readonly<Record<string, string>>
  /** The bytes as they came, never unpacked. Reading throws what `get` throws. */
  body: AsyncIterable<Uint8Array>
  /** Lets the connection go without reading the body. */
  cancel(): void
}

export interface GetParts {
  agent: () => Promise<Agent>
  clock: Clock
  userAgent: string
}

const MOST_REDIRECTS = 5
const IDLE_MS = 30_000
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

/**
 * Gets a URL. Follows at most 5 redirects, each checked like the first address, none from https to http. Any status
 * is an answer; `statusFailure` says what it means. Throws `fetch_refused`, `fetch_failed`, `fetch_too_large`, each with
 * a `reason`, and `aborted` when `signal` is.
 */
export async function get(parts: GetParts, address: string | URL, options: GetOptions): Promise<Answer> {
  const deadline = startDeadline(parts.clock, options)
  try {
    let url = checkUrl(address)
    for (let redirects = 0; ; redirects++) {
      const response = await request(parts, url, options, deadline)
      const target = redirectOf(response)
      if (target === undefined) return toAnswer(url, response, options, deadline)
      discard(response)
      if (redirects === MOST_REDIRECTS)
        throw fetchFailure('too_many_redirects', `There are more than ${MOST_REDIRECTS} redirects.`)
      url = checkRedirect(target, url, options)
    }
  } catch (failure) {
    deadline.end()
    throw failure
  }
}

interface Deadline {
  signal: AbortSignal
  /** What the caller is told of a failure: that it aborted, that time is over, or what happened. */
  explain(failure: unknown, host: string): EmbedlineError
  end(): void
}

function startDeadline(clock: Clock, { totalMs, totalName, signal }: GetOptions): Deadline {
  const ended = new AbortController()
  const over = new AbortController()
  void clock.sleep(totalMs, ended.signal).then(() => {
    if (!ended.signal.aborted) over.abort(new Error('time is over'))
  })
  return {
    signal: signal ? AbortSignal.any([signal, over.signal]) : over.signal,
    explain(failure, host) {
      if (signal?.aborted) return new EmbedlineError('aborted', 'The fetch was stopped.', { cause: failure })
      if (over.signal.aborted)
        return fetchFailure(
          'timeout',
          `${host} took longer than ${totalMs / 1000} s${totalName ? inLimit(totalName) : ''}.`,
          { cause: failure },
        )
      return asFetchFailure(failure, host)
    },
    end: () => ended.abort(),
  }
}

async function request(
  { agent, userAgent }: GetParts,
  url: URL,
  { headers, idleMs = IDLE_MS }: GetOptions,
  deadline: Deadline,
): Promise<Dispatcher.ResponseData> {
  const opened = await agent()
  const responding = opened.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'GET',
    // Nothing is asked to be packed, so nothing can unpack to more than came.
    headers: { accept: '*/*', 'user-agent': userAgent, 'accept-encoding': 'identity', ...headers },
    signal: deadline.signal,
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
  })
  try {
    // The client hears of an abort only once it is connected.
    return await unlessAborted(deadline.signal, responding)
  } catch (failure) {
    void responding.then(discard, () => {})
    throw deadline.explain(failure, url.host)
  }
}

function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () => reject(signal.reason as Error)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', stop))
}

function discard({ body }: Dispatcher.ResponseData): void {
  body.on('error', () => {}).destroy()
}

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData): string | undefined {
  return REDIRECTS.includes(statusCode) ? [headers['location']].flat()[0] : undefined
}

function checkRedirect(target: string, from: URL, { mayFollow }: GetOptions): URL {
  const parsed = URL.parse(target, from.href)
  if (!parsed) throw fetchFailure('bad_url', `${from.host} redirects to what is no URL.`)
  const to = checkUrl(parsed)
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw fetchFailure('downgraded', `${from.host} redirects from https to http.`)
  if (mayFollow && !mayFollow(to, from))
    throw fetchFailure(
      'redirect_forbidden',
      `${from.host} redirects to ${to.host}, which is not followed here.`,
    )
  return to
}

function toAnswer(
  url: URL,
  response: Dispatcher.ResponseData,
  { limitBytes }: GetOptions,
  deadline: Deadline,
): Answer {
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
  )
  return {
    status: response.statusCode,
    url,
    headers,
    body: limited(response, { limitBytes, host: url.host, deadline }),
    cancel() {
      deadline.end()
      discard(response)
    },
  }
}

async function* limited(
  response: Dispatcher.ResponseData,
  { limitBytes, host, deadline }: { limitBytes: MostBytes; host: string; deadline: Deadline },
): AsyncGenerator<Uint8Array, void, void> {
  let sizeBytes = 0
  try {
    const announced = Number(response.headers['content-length'] ?? 0)
    if (announced > bytesOf(limitBytes)) throw tooLarge(host, limitBytes)
    for await (const chunk of response.body) {
      const bytes = chunk as Uint8Array
      sizeBytes += bytes.length
      if (sizeBytes > bytesOf(limitBytes)) throw tooLarge(host, limitBytes)
      yield bytes
    }
  } catch (failure) {
    throw deadline.explain(failure, host)
  } finally {
    deadline.end()
    discard(response)
  }
}

export const tooLarge = (host: string, most: MostBytes): EmbedlineError =>
  fetchFailure(
    'too_large',
    `${host} sends more than the ${bytesOf(most)} bytes that are taken${inMostBytes(most)}.`,
  )
