import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { basename } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { systemClock } from '../lib/clock.ts'

/** A file of this machine as the body of a request. */
export interface FileBody {
  path: string
  /** Fields of the form that the file is the field `file` of; absent: the file is the whole body. */
  fields?: Readonly<Record<string, string>>
}

const PIECE_BYTES = 256 * 1024

/**
 * Sends a file while it is read, with flat memory: what `fetch` sends of one is held until all is sent. Throws what the
 * file system and the network throw, and the reason of the signal.
 */
export async function sendFile(
  url: string,
  {
    method,
    headers,
    signal,
    file,
  }: { method: string; headers: Headers; signal?: AbortSignal; file: FileBody },
): Promise<Response> {
  const border = randomUUID()
  if (file.fields) headers.set('content-type', `multipart/form-data; boundary=${border}`)
  const send = url.startsWith('https:') ? httpsRequest : httpRequest
  const request = send(url, { method, headers: Object.fromEntries(headers), ...(signal && { signal }) })
  // What goes wrong is told by the promises.
  request.on('error', () => {})
  const answer = (once(request, 'response') as Promise<[IncomingMessage]>).then(([it]) => toResponse(it))
  answer.catch(() => {})
  const enough = new AbortController()
  const ends = signal ? AbortSignal.any([signal, enough.signal]) : enough.signal
  const sending = pipeline(bodyOf(file, border), request, { signal: ends })
  sending.catch(() => {})
  try {
    // Who refuses a file may do so before all of it is there, and then reads no more.
    await Promise.race([answer, sending])
  } catch (failure) {
    signal?.throwIfAborted()
    if (!isCut(failure) || !(await comes(answer))) throw failure
  }
  try {
    return await answer
  } finally {
    enough.abort()
  }
}

async function* bodyOf({ path, fields }: FileBody, border: string): AsyncGenerator<Buffer, void> {
  if (fields) yield Buffer.from(headOf(fields, basename(path), border))
  yield* createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>
  if (fields) yield Buffer.from(`\r\n--${border}--\r\n`)
}

function headOf(fields: Readonly<Record<string, string>>, filename: string, border: string): string {
  const disposition = (name: string) => `--${border}\r\nContent-Disposition: form-data; name="${name}"`
  // As the HTML standard has it.
  const escaped = filename.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22')
  return [
    ...Object.entries(fields).map(([name, value]) => `${disposition(name)}\r\n\r\n${value}\r\n`),
    `${disposition('file')}; filename="${escaped}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  ].join('')
}

const isCut = (failure: unknown): boolean =>
  failure instanceof Error && 'code' in failure && ['EPIPE', 'ECONNRESET'].includes(String(failure.code))

const ANSWER_MS = 1_000

/** Whether the answer is there, or comes now. */
const comes = (answered: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    answered.then(
      () => true,
      () => false,
    ),
    systemClock.sleep(ANSWER_MS).then(() => false),
  ])

async function toResponse(message: IncomingMessage): Promise<Response> {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(message.headersDistinct))
    for (const value of values) headers.append(name, value)
  const { statusCode: status = 500, statusMessage: statusText = '' } = message
  const body = await text(message)
  return new Response(body === '' ? null : body, { status, statusText, headers })
}
