import { setTimeout as sleep } from 'node:timers/promises'
import type { History } from './history.ts'

export interface Request {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  /** As JSON when it is a plain object. */
  body?: object | string | Buffer | FormData
  headers?: Record<string, string>
  /** What else is an answer, beside 2xx. */
  alsoFine?: readonly number[]
}

export interface Answer {
  status: number
  text: string
}

export interface ClientParts {
  url: string
  key: string
  history: History
  /** Ends all waiting. */
  signal: AbortSignal
}

/** Sends a request of an order until it is answered for good. Throws when it is refused, or the signal ended it. */
export type Send = (order: string, request: Request) => Promise<Answer>

/** A server that is frozen takes a request and says nothing. */
const ANSWER_MS = 25_000

const PAUSE_MS = 250
const LONGEST_PAUSE_MS = 2_000

/**
 * What a client may send again as it is: the server is busy or cannot at the moment, the same request is being worked
 * on. 403 is what an upload gets from a full disk.
 */
const AGAIN: ReadonlySet<number> = new Set([403, 409, 429, 500, 502, 503, 504, 507])

/** A client that does not give up: whatever got no answer, or one that says later, is sent again as it was. */
export const makeSend =
  ({ url, key, history, signal }: ClientParts): Send =>
  async (order, request) => {
    for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
      const answer = await sendOnce({ url, key, history, signal }, order, request)
      if (answer) {
        const { status, text } = answer
        if ((status >= 200 && status < 300) || request.alsoFine?.includes(status)) return answer
        if (!AGAIN.has(status) && !saysLater(answer))
          throw new Error(`${request.method} ${request.path}: ${status} ${text}`)
      }
      await sleep(pauseMs, undefined, { signal })
    }
  }

/** An upload says so by 400: the client of that contract would send an empty body after a 503. */
const saysLater = ({ status, text }: Answer) =>
  status === 400 && text.includes('"code":"service_unavailable"')

async function sendOnce(
  { url, key, history, signal }: ClientParts,
  order: string,
  { method, path, body, headers = {} }: Request,
): Promise<Answer | undefined> {
  const startMs = Date.now()
  const note = (outcome: History['calls'][number]['outcome']) =>
    history.calls.push({ order, method, path, startMs, endMs: Date.now(), outcome })
  const isRaw = typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData
  try {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'x-api-key': key,
        ...(body !== undefined && !isRaw && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isRaw ? bytesOf(body) : JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    })
    const text = await response.text()
    note({ status: response.status })
    return { status: response.status, text }
  } catch (error) {
    signal.throwIfAborted()
    note({
      lost:
        error instanceof Error
          ? `${error.message}: ${String((error.cause as Error | undefined)?.message)}`
          : String(error),
    })
    return undefined
  }
}

const bytesOf = (body: string | Buffer | FormData) =>
  body instanceof Uint8Array ? new Uint8Array(body) : body
