import { pipeline, Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip } from 'node:zlib'
import { EmbedlineError } from '../../domain/errors.ts'
import { bytesOf, type MostBytes } from '../../domain/limitFacts.ts'
import { fetchFailure } from '../../fetch/failures.ts'
import { tooLarge, type Answer } from '../../fetch/get.ts'

/** What a site may pack its pages with. */
export const ENCODINGS = 'gzip, br'

const UNPACKERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
}

/**
 * The content of an answer, at most `limitBytes` of it. Throws what reading its body throws, `fetch_too_large`, and
 * `fetch_refused` for an encoding that was not asked for.
 */
export async function* unpacked(answer: Answer, limitBytes: MostBytes): AsyncGenerator<Uint8Array, void> {
  let sizeBytes = 0
  for await (const chunk of contentOf(answer)) {
    sizeBytes += chunk.length
    if (sizeBytes > bytesOf(limitBytes)) throw tooLarge(answer.url.host, limitBytes)
    yield chunk
  }
}

function contentOf({ headers, body, url: { host } }: Answer): AsyncIterable<Uint8Array> {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity') return body
  const unpacker = UNPACKERS[encoding]
  if (!unpacker) throw fetchFailure('encoded', `${host} packs it (${encoding}) as nobody asked for.`)
  return readUnpacked(body, unpacker(), host)
}

async function* readUnpacked(
  body: AsyncIterable<Uint8Array>,
  unpacker: Transform,
  host: string,
): AsyncGenerator<Uint8Array, void> {
  try {
    // What goes wrong is thrown by the loop.
    for await (const chunk of pipeline(Readable.from(body), unpacker, () => {})) yield chunk as Uint8Array
  } catch (cause) {
    if (cause instanceof EmbedlineError) throw cause
    throw fetchFailure('bad_answer', `What ${host} sends cannot be unpacked.`, { cause })
  }
}
