import { APIError as OpenaiError, OpenAI } from 'openai'
import { APIError as TelnyxError, Telnyx } from 'telnyx'
import type { Answer } from '../rule.ts'
import { sendRaw } from '../sendRaw.ts'

export interface SendOptions {
  /** A text goes as it is, anything else as JSON. */
  body?: unknown
  headers?: Readonly<Record<string, string | string[]>>
  /** Null sends none. */
  key?: string | null
}

/** The ways to ask a server; paths are below `/v2/ai` and go over the wire as they are written. */
export interface Asks {
  send(method: string, path: string, options?: SendOptions): Promise<Answer>
  get(path: string, options?: SendOptions): Promise<Answer>
  post(path: string, body: unknown, options?: SendOptions): Promise<Answer>
  /** By the official client. */
  client(call: (client: Telnyx) => Promise<unknown>, key?: string | null): Promise<Answer>
  /** By the official client, which is told of server and key by variables of the environment. */
  byEnvironment(call: (client: Telnyx) => Promise<unknown>): Promise<Answer>
  /** By the client that the neighbour is compatible with. */
  openai(call: (client: OpenAI) => Promise<unknown>): Promise<Answer>
}

export function asks(url: string, ownKey: string): Asks {
  const ask: Asks['send'] = (method, path, options = {}) =>
    send(`${url}/v2/ai`, method, path, ownKey, options)
  return {
    send: ask,
    get: (path, options) => ask('GET', path, options),
    post: (path, body, options) => ask('POST', path, { ...options, body }),
    client: (call, key = ownKey) =>
      byClient((fetch) =>
        call(new Telnyx({ apiKey: key ?? undefined, baseURL: `${url}/v2`, maxRetries: 0, fetch })),
      ),
    byEnvironment: (call) => byClient(() => withVariables(url, ownKey, () => call(new Telnyx()))),
    openai: (call) =>
      byClient(() => call(new OpenAI({ apiKey: ownKey, baseURL: `${url}/v2/ai/openai`, maxRetries: 0 }))),
  }
}

function send(
  base: string,
  method: string,
  path: string,
  ownKey: string,
  { body, headers = {}, key = ownKey }: SendOptions,
): Promise<Answer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  return sendRaw({
    base,
    method,
    path,
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: text,
  })
}

/** The answer to a client's call; the header `requests` says how many the client made of it. */
async function byClient(call: (counting: typeof fetch) => Promise<unknown>): Promise<Answer> {
  let requests = 0
  const counting: typeof fetch = (input, init) => {
    requests++
    return fetch(input, init)
  }
  const answer = await outcomeOf(() => call(counting))
  return { ...answer, text: '', headers: { requests: String(requests) } }
}

async function outcomeOf(call: () => Promise<unknown>): Promise<Pick<Answer, 'status' | 'body' | 'error'>> {
  try {
    return { status: 200, body: await call() }
  } catch (failure) {
    if (!(failure instanceof TelnyxError || failure instanceof OpenaiError)) throw failure
    const { status = 0, error } = failure as { status?: number; error: unknown }
    return { status, body: error, error: failure.constructor.name }
  }
}

async function withVariables<T>(url: string, key: string, run: () => Promise<T>): Promise<T> {
  const before = process.env
  process.env = { ...before, TELNYX_BASE_URL: `${url}/v2`, TELNYX_API_KEY: key }
  try {
    return await run()
  } finally {
    process.env = before
  }
}
