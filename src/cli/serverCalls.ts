import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { readConfig } from '../config.ts'
import { EmbedlineError, type ErrorCode } from '../domain/errors.ts'
import { systemClock } from '../lib/clock.ts'
import type { CommandLine, Flag } from './command.ts'
import { settingFlags } from './settingFlags.ts'

/** Flags of every command that talks to a server. */
export const SERVER_FLAGS: readonly Flag[] = [
  ...settingFlags(['data']),
  {
    name: 'url',
    placeholder: 'address',
    meaning: 'Talks to this server instead of the one on the data folder; wants --key.',
  },
  {
    name: 'key',
    placeholder: 'key',
    meaning: 'Key to send [default: the first of EMBEDLINE_KEYS, or the one in <data>/admin.key].',
  },
  { name: 'json', meaning: 'Prints JSON instead.' },
]

export interface CallOptions {
  /** Sent as JSON. */
  json?: unknown
  bytes?: Blob | FormData
  signal?: AbortSignal
}

/** Requests to a running server. */
export interface ServerCalls {
  url: string
  /** The parsed answer; undefined when it has no body. Throws what the server refuses, with its own words. */
  call(method: string, path: string, options?: CallOptions): Promise<unknown>
  /** The lines of an answer of NDJSON, each parsed, as they come. Throws as `call` does. */
  lines(path: string, signal?: AbortSignal): AsyncGenerator<unknown, void>
}

/**
 * Finds the server that a command line means. Throws `request_invalid` when none runs on the data folder, and
 * `unauthorized` when there is no key for it.
 */
export async function findServer({ values }: Pick<CommandLine, 'values'>): Promise<ServerCalls> {
  const { dataFolder, keys } = readConfig({ flags: values })
  const url = values.get('url') ?? (await urlOfServerOn(dataFolder))
  // The key of one server is nothing to send to another.
  const key =
    values.get('key') ?? (values.has('url') ? undefined : (keys[0]?.key ?? (await adminKey(dataFolder))))
  if (key === undefined)
    throw new EmbedlineError(
      'unauthorized',
      values.has('url') ? '--url wants a --key' : 'there is no key: give one by --key',
    )
  return serverCalls(url.replace(/\/+$/, ''), key)
}

/** All pages of a list of the native API, by the noun that it is called by. */
export async function allPages<Row>(
  server: ServerCalls,
  path: string,
  { noun, query = {} }: { noun: string; query?: Readonly<Record<string, string>> },
): Promise<Row[]> {
  const rows: Row[] = []
  let after: string | undefined
  do {
    const words = new URLSearchParams({ ...query, ...(after !== undefined && { after }) }).toString()
    const page = (await server.call('GET', words === '' ? path : `${path}?${words}`)) as Record<
      string,
      unknown
    >
    rows.push(...(page[noun] as Row[]))
    after = page['next_after'] as string | undefined
  } while (after !== undefined)
  return rows
}

async function urlOfServerOn(dataFolder: string): Promise<string> {
  const file = join(dataFolder, 'server.json')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined)
    throw new EmbedlineError(
      'request_invalid',
      `no server runs on ${dataFolder}: start one by embedline serve, or name one by --data, or by --url and --key`,
    )
  return (JSON.parse(text) as { url: string }).url
}

const adminKey = async (dataFolder: string): Promise<string | undefined> =>
  (await readFile(join(dataFolder, 'admin.key'), 'utf8').catch(() => undefined))?.trim()

/** Requests to the server at this address, with this key. */
export const serverCalls = (url: string, key: string): ServerCalls => ({
  url,
  async call(method, path, { json, bytes, signal } = {}) {
    const headers = new Headers({ authorization: `Bearer ${key}` })
    if (json !== undefined) headers.set('content-type', 'application/json')
    const body = json === undefined ? bytes : JSON.stringify(json)
    const init = { method, headers, ...(body !== undefined && { body }), ...(signal && { signal }) }
    const send = () => reach(url, path, init)
    let response = await send()
    for (let waitMs = waitOf(response); waitMs !== undefined; waitMs = waitOf(response)) {
      await response.body?.cancel()
      await systemClock.sleep(waitMs)
      response = await send()
    }
    const text = await response.text()
    if (!response.ok) throw refusal(response, text)
    return text === '' ? undefined : JSON.parse(text)
  },
  async *lines(path, signal) {
    const headers = { authorization: `Bearer ${key}`, accept: 'application/x-ndjson' }
    const response = await reach(url, path, { headers, ...(signal && { signal }) })
    if (!response.ok) throw refusal(response, await response.text())
    if (!response.body) return
    for await (const line of createInterface({ input: Readable.fromWeb(response.body) }))
      if (line !== '') yield JSON.parse(line)
  },
})

/** Nobody waits longer than this without being told why. */
const LONGEST_WAIT_SEC = 60

/** How long to wait before the same is asked again, milliseconds; undefined: it is not asked again. */
function waitOf({ status, headers }: Response): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return status === 429 && seconds <= LONGEST_WAIT_SEC ? seconds * 1000 : undefined
}

async function reach(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url + path, init)
  } catch (cause) {
    init.signal?.throwIfAborted()
    throw new EmbedlineError('compute_unavailable', `no server answers at ${url}`, { cause })
  }
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'request_invalid',
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'not_found',
  413: 'too_large',
  422: 'request_invalid',
  429: 'rate_limited',
}

const refusal = ({ status, statusText }: Response, text: string): EmbedlineError =>
  new EmbedlineError(
    CODES[status] ?? 'internal',
    `the server says: ${saidIn(text) ?? `${status} ${statusText}`}`,
  )

/** What a body of any of the server's error envelopes says to people. */
function saidIn(text: string): string | undefined {
  try {
    const said = sentences(JSON.parse(text)).join('; ')
    return said === '' ? undefined : said
  } catch {
    return undefined
  }
}

function sentences(said: unknown): string[] {
  if (typeof said === 'string') return [said]
  if (Array.isArray(said)) return said.flatMap(sentences)
  if (typeof said !== 'object' || said === null) return []
  const { errors, detail, msg, loc, title, message } = said as Record<string, unknown>
  if (typeof msg === 'string') return [Array.isArray(loc) ? `${loc.slice(1).join('.')}: ${msg}` : msg]
  return sentences(errors ?? detail ?? message ?? title)
}
