import { TwelveLabs, TwelvelabsApiError } from 'twelvelabs-js'
import type { Answer } from '../rule.ts'
import { sendRaw } from '../sendRaw.ts'

export interface SendOptions {
  /** A text and bytes go as they are, anything else as JSON. */
  body?: unknown
  headers?: Readonly<Record<string, string | string[]>>
  /** Null sends none. */
  key?: string | null
}

/** A field of a form, or a file when it has a name; `type` is its content type. */
export type FormField = readonly [
  name: string,
  content: string | Uint8Array,
  filename?: string,
  type?: string,
]

/** The ways to ask a server; paths are below `/v1.3` and go over the wire as they are written. */
export interface Asks {
  send: (method: string, path: string, options?: SendOptions) => Promise<Answer>
  get: (path: string, options?: SendOptions) => Promise<Answer>
  post: (path: string, body: unknown, options?: SendOptions) => Promise<Answer>
  /** As a multipart form, its fields in this order. */
  form: (path: string, fields: readonly FormField[], options?: SendOptions) => Promise<Answer>
  /** By the official client. `body` is what came over the wire last, `given` what the client made of it. */
  client: (call: (client: TwelveLabs) => Promise<unknown>, key?: string) => Promise<ClientAnswer>
}

export interface ClientAnswer extends Answer {
  given?: unknown
}

/** What a client made of an answer. */
export const givenIn = (answer: Answer): unknown => (answer as ClientAnswer).given

export function asks(url: string, ownKey: string): Asks {
  const ask: Asks['send'] = (method, path, { body, headers, key = ownKey } = {}) => {
    const isText = typeof body === 'string' || body instanceof Uint8Array || body === undefined
    return sendRaw({
      base: `${url}/v1.3`,
      method,
      path,
      headers: {
        ...(key !== null && { 'x-api-key': key }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: isText ? body : JSON.stringify(body),
    })
  }
  return {
    send: ask,
    get: (path, options) => ask('GET', path, options),
    post: (path, body, options) => ask('POST', path, { ...options, body }),
    form: (path, fields, options = {}) =>
      ask('POST', path, {
        ...options,
        body: formOf(fields),
        headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...options.headers },
      }),
    client: (call, key = ownKey) => byClient(() => call(clientOf(url, key))),
  }
}

const BOUNDARY = 'a-boundary-of-the-tests'

/** The body of a multipart form with the boundary of `Asks.form`. */
export function formOf(fields: readonly FormField[]): Buffer {
  const parts = fields.flatMap(([name, content, filename, type]) => [
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"`,
    filename === undefined ? '' : `; filename="${filename}"`,
    filename === undefined && type === undefined
      ? ''
      : `\r\ncontent-type: ${type ?? 'application/octet-stream'}`,
    '\r\n\r\n',
    content,
    '\r\n',
  ])
  return Buffer.concat([...parts, `--${BOUNDARY}--\r\n`].map((part) => Buffer.from(part)))
}

/** As users make it: the address comes from its variable of the environment alone. */
function clientOf(url: string, key: string): TwelveLabs {
  const before = process.env
  process.env = { ...before, TWELVELABS_BASE_URL: `${url}/v1.3` }
  try {
    return new TwelveLabs({ apiKey: key })
  } finally {
    process.env = before
  }
}

/** The answer to a client's call; the header `requests` says how many the client made of it. */
async function byClient(call: () => Promise<unknown>): Promise<ClientAnswer> {
  const before = globalThis.fetch
  const seen: Response[] = []
  globalThis.fetch = async (input, init) => {
    const response = await before(input, init)
    seen.push(response.clone())
    return response
  }
  try {
    const outcome = await outcomeOf(call)
    const last = seen.at(-1)
    const text = (await last?.text()) ?? ''
    const body: unknown = /json/.test(last?.headers.get('content-type') ?? '') ? JSON.parse(text) : undefined
    return {
      status: last?.status ?? 0,
      headers: { ...Object.fromEntries(last?.headers ?? []), requests: String(seen.length) },
      text,
      body,
      ...outcome,
    }
  } finally {
    globalThis.fetch = before
  }
}

async function outcomeOf(call: () => Promise<unknown>): Promise<Pick<ClientAnswer, 'given' | 'error'>> {
  try {
    return { given: await call() }
  } catch (failure) {
    if (!(failure instanceof TwelvelabsApiError)) throw failure
    return { error: failure.constructor.name, given: failure.body }
  }
}

/** All that a list of the client has, page after page. */
export async function all<Row>(pages: Promise<AsyncIterable<Row>>): Promise<Row[]> {
  const rows: Row[] = []
  for await (const row of await pages) rows.push(row)
  return rows
}
