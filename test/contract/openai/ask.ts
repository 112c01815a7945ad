import { APIError, OpenAI } from 'openai'
import type { Answer } from '../rule.ts'
import { sendRaw } from '../sendRaw.ts'

export interface SendOptions {
  /** A text goes as it is, anything else as JSON. */
  body?: unknown
  headers?: Readonly<Record<string, string>>
  /** Null sends none. */
  key?: string | null
}

/** The ways to ask a server; paths are below `/v1` and go over the wire as they are written. */
export interface Asks {
  send(method: string, path: string, options?: SendOptions): Promise<Answer>
  get(path: string, options?: SendOptions): Promise<Answer>
  post(path: string, body: unknown, options?: SendOptions): Promise<Answer>
  /** A form, by plain HTTP. */
  form(path: string, fields: Readonly<Record<string, string | File>>): Promise<Answer>
  /** By the official client. */
  client(call: (client: OpenAI) => Promise<unknown>, key?: string): Promise<Answer>
}

export function asks(url: string, ownKey: string): Asks {
  const base = `${url}/v1`
  const send: Asks['send'] = (method, path, { body, headers = {}, key = ownKey } = {}) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const own = {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(text !== undefined && { 'content-type': 'application/json' }),
    }
    return sendRaw({ base, method, path, headers: { ...own, ...headers }, body: text })
  }
  return {
    send,
    get: (path, options) => send('GET', path, options),
    post: (path, body, options) => send('POST', path, { ...options, body }),
    async form(path, fields) {
      const form = new FormData()
      for (const [name, value] of Object.entries(fields)) form.append(name, value)
      const headers = { authorization: `Bearer ${ownKey}` }
      const response = await fetch(base + path, { method: 'POST', body: form, headers })
      const text = await response.text()
      return { status: response.status, headers: {}, text, body: JSON.parse(text) as unknown }
    },
    client: (call, key = ownKey) =>
      byClient(() => call(new OpenAI({ apiKey: key, baseURL: base, maxRetries: 0 }))),
  }
}

async function byClient(call: () => Promise<unknown>): Promise<Answer> {
  const none = { headers: {}, text: '' }
  try {
    return { ...none, status: 200, body: await call() }
  } catch (failure) {
    if (!(failure instanceof APIError)) throw failure
    const { status = 0, error } = failure as { status?: number; error: unknown }
    return { ...none, status, body: { error }, error: failure.constructor.name }
  }
}
