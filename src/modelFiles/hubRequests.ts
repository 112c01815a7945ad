import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { EnvHttpProxyAgent, type Dispatcher } from 'undici'
import { EmbedlineError } from '../domain/errors.ts'
import type { Opened } from '../lib/closing.ts'
import { stopped } from './hashFile.ts'
import type { Setback } from './keepTrying.ts'

/** Where models are pulled from, and how one gets there. */
export interface HubAddress {
  /** The hub or a mirror of it. */
  endpoint: string
  /** Sent to the endpoint's own host, and to no other that it redirects to. */
  token?: string
  proxy: Readonly<Partial<Record<'http' | 'https' | 'bypass', string>>>
}

export interface HubAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** Must be read or destroyed. */
  body: Readable
  /** The one that answered, after redirects. */
  host: string
}

export interface HubRequests extends Opened {
  /** Of the endpoint. */
  host: string
  /**
   * Gets what lies at a path below the endpoint. Throws `fetch_failed` when nobody answers, `remote_refused` when
   * redirects do not end or lead to what is no web address, `aborted` when `signal` is.
   */
  get(
    path: string,
    asked: { headers?: Readonly<Record<string, string>>; signal: AbortSignal },
  ): Promise<HubAnswer>
}

const REDIRECTS = new Set([301, 302, 303, 307, 308])
const MOST_REDIRECTS = 5

const CONNECT_MS = 20_000
/** Of a server that does not begin to answer, or stops in the middle. */
const SILENCE_MS = 60_000

/** Throws `request_invalid` for an endpoint or proxy that is no address. */
export function openHubRequests(
  { endpoint, token, proxy }: HubAddress,
  silenceMs: number = SILENCE_MS,
): HubRequests {
  const base = addressOf('HF_ENDPOINT', endpoint.replace(/\/+$/, ''))
  const agent = new EnvHttpProxyAgent({
    // An empty text means none; an absent one would be looked for in the environment.
    httpProxy: proxyOf('HTTP_PROXY', proxy.http),
    httpsProxy: proxyOf('HTTPS_PROXY', proxy.https),
    noProxy: proxy.bypass ?? '',
    connect: { timeout: CONNECT_MS },
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    // Large files come no faster by it, and mirrors and proxies that get it wrong are many.
    allowH2: false,
  })

  async function follow(
    start: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HubAnswer> {
    let url = start
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const isOwn = url.origin === base.origin
      const answer = await ask(agent, url, {
        headers: { ...headers, ...(isOwn && token !== undefined && { authorization: `Bearer ${token}` }) },
        signal,
      })
      const { location } = answer.headers
      if (!REDIRECTS.has(answer.status) || location === undefined) return answer
      answer.body.destroy()
      url = redirected(location, url)
    }
    throw new EmbedlineError('remote_refused', `${base.host} redirects more than ${MOST_REDIRECTS} times.`)
  }

  return {
    host: base.host,
    get: (path, { headers = {}, signal }) =>
      follow(new URL(`${base.href.replace(/\/$/, '')}${path}`), headers, signal),
    close: () => agent.destroy(),
  }
}

async function ask(
  agent: Dispatcher,
  url: URL,
  { headers, signal }: { headers: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<HubAnswer> {
  try {
    const {
      statusCode,
      headers: answered,
      body,
    } = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers: { 'user-agent': 'embedline', 'accept-encoding': 'identity', ...headers },
      signal,
    })
    // What a body does after it was given up is nobody's concern any more.
    body.on('error', () => {})
    return { status: statusCode, headers: answered, body, host: url.host }
  } catch (cause) {
    if (signal.aborted) throw stopped()
    throw brokenOff(url.host, cause)
  }
}

/** For a connection that could not be made or did not last. */
export function brokenOff(host: string, cause: unknown): EmbedlineError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  const reason = cause instanceof Error && cause.message !== '' ? cause.message : String(code ?? cause)
  return new EmbedlineError('fetch_failed', `${host} cannot be reached, or broke off: ${reason}`, { cause })
}

function redirected(location: string, from: URL): URL {
  const url = URL.parse(location, from.href)
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  throw new EmbedlineError('remote_refused', `${from.host} redirects to what is no web address.`)
}

function addressOf(variable: string, text: string): URL {
  const url = URL.parse(text)
  if (url !== null && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.search === '')
    return url
  throw new EmbedlineError(
    'request_invalid',
    `${variable}: expected an address such as https://huggingface.co`,
  )
}

/** `proxy:3128` is one too, as for other programs. Not said in the error: it may hold a password. */
function proxyOf(variable: string, text: string | undefined): string {
  if (text === undefined) return ''
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url.href
  throw new EmbedlineError('request_invalid', `${variable}: expected an address such as http://proxy:3128`)
}

/** What an answer means that is not the bytes that were asked for. `what` was asked for, in words. */
export function setbackOf({ status, headers, host }: HubAnswer, what: string, nowMs: number): Setback {
  if (status === 404 || status === 410)
    return { failure: new EmbedlineError('fetch_not_found', `${host} has no ${what} (${status}).`) }
  if (status === 401 || status === 403)
    return {
      failure: new EmbedlineError(
        'remote_refused',
        `${host} refuses ${what} (${status}): there is no such repository, or it wants another HF_TOKEN.`,
      ),
    }
  if (status === 408 || status === 429 || status >= 500) {
    const waitMs = retryAfterMs(headers['retry-after'], nowMs)
    return {
      failure: new EmbedlineError(
        'remote_unavailable',
        `${host} cannot give ${what} now (${status})${waitMs === undefined ? '' : `, and asks to wait ${Math.ceil(waitMs / 1000)} s`}.`,
      ),
      ...(waitMs !== undefined && { waitMs }),
    }
  }
  return { failure: new EmbedlineError('remote_refused', `${host} answers ${status} instead of ${what}.`) }
}

/** Seconds, or a date. */
function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
