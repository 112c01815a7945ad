import type { Readable, Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { EmbedlineError } from '../../domain/errors.ts'
import { readDisposition, type Disposition } from './contentDisposition.ts'

export interface FormPart extends Disposition {
  /** To be read to its end before the next part is asked for, or not at all: then it is skipped. */
  body: AsyncGenerator<Uint8Array, void, void>
}

/**
 * The parts of a `multipart/form-data` body, in the order and at the pace in which they are asked for.
 * Throws `request_invalid` for what is no such body or ends too early; passes on what `chunks` throws.
 */
export async function* formParts(
  chunks: AsyncIterator<Uint8Array>,
  contentType: string | undefined,
): AsyncGenerator<FormPart, void, void> {
  const boundary = boundaryOf(contentType)
  const { Dicer } = await import('@fastify/busboy')
  const form = pullThrough(new Dicer({ boundary }), chunks)
  for (let part = await form.nextPart(); part; part = await form.nextPart()) {
    const body = form.bytesOf(part)
    yield { ...dispositionOf(part), body }
    for await (const _ of body);
  }
}

function boundaryOf(contentType: string | undefined): string {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType ?? '') ?? []
  const boundary = quoted ?? plain ?? ''
  if (boundary.length > 0 && boundary.length <= 200) return boundary
  throw malformed('The request body must be multipart/form-data with a boundary.')
}

/** The lines of a header by its name in lower case, each character one byte. */
type Headers = Readonly<Record<string, readonly string[]>>

interface SplitPart {
  stream: Readable
  /** Absent until the last of them has come. */
  headers?: Headers
}

function dispositionOf({ headers }: SplitPart): Disposition {
  const [line = ''] = headers?.['content-disposition'] ?? []
  const disposition = readDisposition(Buffer.from(line, 'latin1').toString())
  if (disposition) return disposition
  throw malformed('A part of the form has no name.')
}

/**
 * Turns the splitter, which pushes its parts as bytes are written to it, into one that is pulled: bytes are asked for
 * only while somebody waits for them. So whoever stops reading stops the socket, and no read is left pending behind.
 */
function pullThrough(splitter: Writable, chunks: AsyncIterator<Uint8Array>) {
  const parts: SplitPart[] = []
  let isOver = false
  let isBroken = false
  splitter.on('part', (stream: Readable) => {
    const part: SplitPart = { stream }
    parts.push(part)
    stream.on('header', (headers: Headers) => (part.headers = headers))
    // What breaks the form is told by the splitter, too; unheard it would end the process.
    stream.on('error', () => {})
  })
  splitter.on('error', () => (isBroken = true))

  async function writeMore(): Promise<void> {
    const { done, value } = await chunks.next()
    if (done !== true) return void splitter.write(value)
    isOver = true
    splitter.end()
    // The splitter says some ticks later that the last delimiter is missing; that is all it ever complains of.
    await setImmediate()
    if (isBroken) throw malformed('The form ends too early.')
  }

  return {
    async nextPart(): Promise<SplitPart | undefined> {
      // A part that another one follows will get no more headers.
      while (!isOver && !parts[0]?.headers && parts.length < 2) await writeMore()
      return parts.shift()
    },

    async *bytesOf({ stream }: SplitPart): AsyncGenerator<Uint8Array, void, void> {
      while (!stream.readableEnded) {
        const bytes = stream.read() as Uint8Array | null
        if (bytes !== null) yield bytes
        else if (await isUnfinished(stream)) await writeMore()
      }
    },
  }
}

/** False once the end that the last read met has been announced. */
async function isUnfinished(stream: Readable): Promise<boolean> {
  await new Promise<void>((resolve) => process.nextTick(resolve))
  return !stream.readableEnded
}

const malformed = (message: string) => new EmbedlineError('request_invalid', message)
