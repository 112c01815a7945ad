import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ApiError, embedline, type TaskNews, type WatchOptions } from '../client/client.ts'
import { readConfig } from '../config.ts'
import { EmbedlineError, type ErrorCode } from '../domain/errors.ts'
import { systemClock } from '../lib/clock.ts'
import type { CommandLine, Flag } from './command.ts'
import { sendFile, type FileBody } from './sendFile.ts'
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
  /** Read while it is sent. Throws `request_invalid` when it cannot be read. */
  file?: FileBody
  signal?: AbortSignal
}

/** Requests to a running server. */
export interface ServerCalls {
  url: string
  /** The parsed answer; undefined when it has no body. Throws what the server refuses, with its own words. */
  call(method: string, path: string, options?: CallOptions): Promise<unknown>
  /** The lines of an answer of NDJSON, each parsed, as they come. Throws as `call` does, and when it breaks off. */
  lines(path: string, signal?: AbortSignal): AsyncGenerator<unknown, void>
  /** What happens to a task, until it has ended, or to all; goes on after dropped connections. Throws as `call` does. */
  events(taskId: string | undefined, options: WatchOptions): AsyncGenerator<TaskNews, void>
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

/** All pages of a list of the native API, by the noun that it is called by; `most` rows where that is said. */
export async function allPages<Row>(
  server: ServerCalls,
  path: string,
  {
    noun,
    query = {},
    most = Number.POSITIVE_INFINITY,
  }: { noun: string; query?: Readonly<Record<string, string>>; most?: number },
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
    // Of events it is a number.
    const next = page['next_after'] as string | number | undefined
    after = next === undefined ? undefined : String(next)
  } while (after !== undefined && rows.length < most)
  return rows.slice(0, most)
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
export function serverCalls(url: string, key: string): ServerCalls {
  /** The answer that is no refusal; waits while the limit of the key is spent for a moment. */
  async function ask(path: string, init: RequestInit, file?: FileBody): Promise<Response> {
    const headers = new Headers(init.headers)
    // The doors differ in where they look for it.
    headers.set('authorization', `Bearer ${key}`)
    headers.set('x-api-key', key)
    const send = () => reach(url, path, { ...init, headers }, file)
    let response = await send()
    for (let waitMs = waitOf(response); waitMs !== undefined; waitMs = waitOf(response)) {
      await response.body?.cancel()
      await systemClock.sleep(waitMs, init.signal ?? undefined)
      init.signal?.throwIfAborted()
      response = await send()
    }
    if (!response.ok) throw refusal(response, await response.text())
    return response
  }
  return {
    url,
    async call(method, path, { json, bytes, file, signal } = {}) {
      const headers = json === undefined ? {} : { 'content-type': 'application/json' }
      const body = json === undefined ? bytes : JSON.stringify(json)
      const init = { method, headers, ...(body !== undefined && { body }), ...(signal && { signal }) }
      const text = await readText(await ask(path, init, file), url, signal)
      return text === '' ? undefined : JSON.parse(text)
    },
    async *lines(path, signal) {
      const headers = { accept: 'application/x-ndjson' }
      const response = await ask(path, { headers, ...(signal && { signal }) })
      if (response.body) yield* parsedLines(response.body, url, signal)
    },
    async *events(taskId, options) {
      const client = embedline({ url, key })
      try {
        yield* taskId === undefined ? client.events(options) : client.tasks.events(taskId, options)
      } catch (failure) {
        options.signal?.throwIfAborted()
        if (failure instanceof ApiError) throw refusalOf(failure.status, failure.message)
        throw unreachable(url, failure)
      }
    },
  }
}

/** Throws when the answer breaks off, for its lines are not all then. */
async function* parsedLines(
  body: ReadableStream<Uint8Array>,
  url: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown, void> {
  let rest = ''
  try {
    for await (const text of body.pipeThrough(new TextDecoderStream() as ReadableWritablePair)) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) yield JSON.parse(line)
    }
  } catch (cause) {
    signal?.throwIfAborted()
    if (!(cause instanceof TypeError)) throw cause
    throw new EmbedlineError('compute_unavailable', `the answer of ${url} broke off`, { cause })
  }
}

async function readText(response: Response, url: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await response.text()
  } catch (cause) {
    signal?.throwIfAborted()
    throw new EmbedlineError('compute_unavailable', `the answer of ${url} broke off`, { cause })
  }
}

/** Nobody waits longer than this without being told why. */
const LONGEST_WAIT_SEC = 60

/** How long to wait before the same is asked again, milliseconds; undefined: it is not asked again. */
function waitOf({ status, headers }: Response): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return status === 429 && seconds <= LONGEST_WAIT_SEC ? seconds * 1000 : undefined
}

async function reach(url: string, path: string, init: RequestInit, file?: FileBody): Promise<Response> {
  try {
    if (!file) return await fetch(url + path, init)
    const { method = 'POST', headers, signal } = init
    return await sendFile(url + path, {
      method,
      headers: new Headers(headers),
      file,
      ...(signal && { signal }),
    })
  } catch (cause) {
    init.signal?.throwIfAborted()
    if (file && cause instanceof Error && 'path' in cause && cause.path === file.path)
      throw new EmbedlineError('request_invalid', `it cannot be read: ${cause.message}`, { cause })
    throw unreachable(url, cause)
  }
}

const unreachable = (url: string, cause: unknown): EmbedlineError =>
  new EmbedlineError('compute_unavailable', `no server answers at ${url}`, { cause })

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'request_invalid',
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'not_found',
  409: 'state_conflict',
  413: 'too_large',
  422: 'request_invalid',
  429: 'rate_limited',
}

const refusal = ({ status, statusText }: Response, text: string): EmbedlineError =>
  refusalOf(status, saidIn(text) ?? `${status} ${statusText}`)

const refusalOf = (status: number, said: string): EmbedlineError =>
  new EmbedlineError(CODES[status] ?? 'internal', `the server says: ${said}`)

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
  const { errors, detail, msg, loc, title, message, field } = said as Record<string, unknown>
  if (typeof field === 'string' && typeof detail === 'string') return [`${field}: ${detail}`]
  if (typeof msg === 'string') return [Array.isArray(loc) ? `${loc.slice(1).join('.')}: ${msg}` : msg]
  return sentences(errors ?? detail ?? message ?? title)
}
