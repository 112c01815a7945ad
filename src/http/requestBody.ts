import type { IncomingMessage } from 'node:http'
import { EmbedlineError } from '../domain/errors.ts'
import { bytesOf, inMostBytes, type MostBytes } from '../domain/limitFacts.ts'

/** How long the rest of a refused body is read, so that the client gets to read the answer. */
const DRAIN_MS = 60_000

/**
 * The body of a request in pieces, with backpressure. The connection stays open when the reading ends early: call
 * `drainBody` after the answer. Throws `too_large` past `most`, `request_invalid` for a compressed body, and
 * `aborted` when the client goes away.
 */
export async function* bodyChunks(
  raw: IncomingMessage,
  most: MostBytes,
): AsyncGenerator<Uint8Array, void, void> {
  const { 'content-encoding': encoding = 'identity' } = raw.headers
  if (encoding.toLowerCase() !== 'identity')
    throw new EmbedlineError('request_invalid', 'A request body with a `Content-Encoding` is not taken.')
  const limitBytes = bytesOf(most)
  const tooLarge = () =>
    new EmbedlineError(
      'too_large',
      `The request body is larger than the ${limitBytes} bytes that are taken${inMostBytes(most)}.`,
    )
  if (Number(raw.headers['content-length'] ?? 0) > limitBytes) throw tooLarge()
  let sizeBytes = 0
  try {
    // Destroying the request would reset the connection before a refusal could be read.
    for await (const chunk of raw.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Uint8Array
      sizeBytes += bytes.length
      if (sizeBytes > limitBytes) throw tooLarge()
      yield bytes
    }
  } catch (cause) {
    if (cause instanceof EmbedlineError || !raw.destroyed) throw cause
    throw new EmbedlineError('aborted', 'The client went away.', { cause })
  }
}

/** The whole body of a request that is small. Throws as `bodyChunks` does. */
export async function readBody(raw: IncomingMessage, most: MostBytes): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bodyChunks(raw, most)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Reads and forgets what is left of a body. What takes too long loses its connection. */
export function drainBody(raw: IncomingMessage): void {
  if (raw.complete || raw.destroyed) return
  const limit = setTimeout(() => raw.destroy(), DRAIN_MS)
  limit.unref()
  raw.once('close', () => clearTimeout(limit))
  raw.resume()
}
