import { ApiError } from './apiError.ts'
import { OPERATIONS, type Operations } from './operations.ts'

export interface ClientOptions {
  /** Where the server is, without a path, as in `http://127.0.0.1:8787`. */
  url: string
  key: string
  /** Instead of the one that is there. */
  fetch?: typeof fetch
}

export type Operation = keyof Operations

/** What an operation takes: parts of its path, its query, headers and body, as far as it has them. */
export type Input<Name extends Operation> = Omit<Operations[Name], 'answer'> & {
  signal?: AbortSignal | undefined
}

/** What an operation answers: the parsed JSON, `undefined`, or the whole `Response` where it is no JSON. */
export type Answer<Name extends Operation> = Operations[Name]['answer']

/** The last argument may be left out when nothing in it is needed. */
type Rest<Name extends Operation> =
  Record<never, never> extends Input<Name> ? [input?: Input<Name>] : [input: Input<Name>]

/** Calls an operation by its name in `/openapi.json`. Throws `ApiError` for what the server refuses. */
export type Call = <Name extends Operation>(name: Name, ...rest: Rest<Name>) => Promise<Answer<Name>>

interface LooseInput {
  path?: Record<string, string>
  query?: Record<string, unknown>
  headers?: Record<string, string | number | undefined>
  body?: unknown
  signal?: AbortSignal | undefined
}

/** Sends what an operation takes, and hands the answer out as it comes. Throws `ApiError` for a refusal. */
export type Send = (name: Operation, input: LooseInput) => Promise<Response>

export function makeSend({ url, key, fetch: send = fetch }: ClientOptions): Send {
  const base = url.replace(/\/+$/, '')
  return async (name, { path = {}, query = {}, headers: extra = {}, body, signal }) => {
    const [method, template, type]: readonly [string, string, string?] = OPERATIONS[name]
    const target = template.replaceAll(/\{(\w+)\}/g, (_, part: string) => encodePart(part, path[part] ?? ''))
    const headers = new Headers({ authorization: `Bearer ${key}`, 'x-api-key': key })
    for (const [header, value] of Object.entries(extra))
      if (value !== undefined) headers.set(header, String(value))
    const sent = type === undefined || body === undefined ? undefined : encodeBody(type, body)
    // A form says its own type, with the border between its parts.
    if (sent !== undefined && !(sent instanceof FormData)) headers.set('content-type', type ?? '')
    const init = { method, headers, ...(sent !== undefined && { body: sent }), ...(signal && { signal }) }
    const response = await send(base + target + encodeQuery(query), init)
    if (!response.ok) throw new ApiError(response, await readBody(response))
    return response
  }
}

export const makeCall =
  (send: Send): Call =>
  async (name, ...[input = {}]) => {
    const response = await send(name, input as LooseInput)
    const type = response.headers.get('content-type') ?? ''
    if (response.status === 204 || response.headers.get('content-length') === '0') return undefined as never
    return (/^application\/json\b/.test(type) ? await response.json() : response) as never
  }

/** The slashes of an object's key are those of the path. */
const encodePart = (name: string, value: string): string =>
  name === 'key' ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value)

function encodeQuery(query: Record<string, unknown>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((each) => each !== undefined && each !== null)
      .map((each): [string, string] => [name, String(each)]),
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`
}

type SentBody = string | Blob | FormData | Uint8Array<ArrayBuffer>

function encodeBody(type: string, body: unknown): SentBody {
  if (type === 'application/json') return JSON.stringify(body)
  if (type !== 'multipart/form-data') return body as SentBody
  const form = new FormData()
  for (const [name, value] of Object.entries(body as Record<string, unknown>))
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each === undefined || each === null) continue
      if (each instanceof Blob) form.append(name, each)
      else if (each instanceof Uint8Array) form.append(name, new Blob([each as Uint8Array<ArrayBuffer>]))
      else form.append(name, typeof each === 'object' ? JSON.stringify(each) : String(each))
    }
  return form
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
