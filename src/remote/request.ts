import { Agent, request } from 'undici'
import { EmbedlineError } from '../domain/errors.ts'
import type { Clock } from '../lib/clock.ts'
import { readAnswer } from './readAnswer.ts'
import { readRefusal } from './readRefusal.ts'
import type { Reply } from './reply.ts'
import type { RemoteSettings } from './settings.ts'

/** Sends texts to the server and says what came of it. Throws `aborted` alone. */
export type SendTexts = (texts: readonly string[], signal: AbortSignal) => Promise<Reply>

export interface Sender {
  send: SendTexts
  close(): Promise<void>
}

/** A number written out is shorter, also in base64. */
const BYTES_A_NUMBER = 32
const BYTES_BESIDE = 64 * 1024

/**
 * `POST {url}/embeddings` over one set of connections. The address is the operator's own choice, so it may be private
 * or this very machine: the guard for addresses that callers name does not apply. A redirect is not followed.
 */
export function openSender(settings: RemoteSettings, clock: Clock): Sender {
  const { url, key, model, dimension, timeoutMs, concurrency } = settings
  const agent = new Agent({ connections: concurrency, connect: { timeout: timeoutMs } })
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  }

  async function ask(input: readonly string[], signal: AbortSignal): Promise<Reply> {
    const answer = await request(`${url}/embeddings`, {
      method: 'POST',
      dispatcher: agent,
      headers,
      body: JSON.stringify({ model, input, encoding_format: 'float' }),
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    const { statusCode: status, headers: answered } = answer
    const isSuccess = status >= 200 && status < 300
    const mostBytes = isSuccess ? input.length * dimension * BYTES_A_NUMBER + BYTES_BESIDE : BYTES_BESIDE
    const body = await readText(answer.body, mostBytes)
    if (!isSuccess) {
      const retryAfter = [answered['retry-after']].flat()[0]
      const refused = { status, retryAfter, body: body.text }
      return readRefusal(refused, { key, count: input.length, nowMs: clock.nowMs() })
    }
    return body.isWhole ? readAnswer(body.text, { count: input.length, dimension }) : tooLarge(mostBytes)
  }

  return {
    async send(texts, signal) {
      const over = new AbortController()
      const late = new AbortController()
      void clock.sleep(timeoutMs, over.signal).then(() => over.signal.aborted || late.abort('late'))
      try {
        return await ask(texts, AbortSignal.any([signal, late.signal]))
      } catch (thrown) {
        if (signal.aborted) throw new EmbedlineError('aborted', 'The work was stopped.', { cause: thrown })
        return failed(late.signal.aborted ? `it gave no answer within ${timeoutMs / 1000} s` : wordOf(thrown))
      } finally {
        over.abort('over')
      }
    },
    close: () => agent.destroy(),
  }
}

interface ReadText {
  text: string
  /** False: there was more, and the rest was not read. */
  isWhole: boolean
}

async function readText(body: AsyncIterable<Buffer>, mostBytes: number): Promise<ReadText> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    sizeBytes += chunk.length
    // Leaving the loop closes the connection.
    if (sizeBytes > mostBytes) break
  }
  return { text: Buffer.concat(chunks).toString(), isWhole: sizeBytes <= mostBytes }
}

const tooLarge = (mostBytes: number): Reply => ({
  kind: 'refused',
  error: new EmbedlineError(
    'remote_refused',
    `The server of the remote model gave more than the ${mostBytes} bytes that such an answer may have.`,
  ),
  isDivisible: false,
})

const failed = (reason: string): Reply => ({ kind: 'failed', reason, isOverload: false })

/** The code alone: messages of connections name addresses, which are nobody's business. */
function wordOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'an unknown failure'
  return `the connection failed (${code})`
}
