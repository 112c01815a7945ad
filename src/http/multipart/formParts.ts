import { EmbedlineError } from '../../domain/errors.ts'
import { readDisposition, type Disposition } from './contentDisposition.ts'

/** More header lines of one part than this are no form. */
const HEADER_BYTES = 16 * 1024

const DASHES = '--'
const LINE_END = Buffer.from('\r\n')
const HEADERS_END = Buffer.from('\r\n\r\n')

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
  const delimiter = Buffer.from(`\r\n--${boundaryOf(contentType)}`)
  // The first delimiter has no line end before it.
  const source = makeSource(chunks, LINE_END)
  await skip(source.until(delimiter))
  while (!(await source.startsWith(DASHES))) {
    const body = source.until(delimiter)
    yield { ...(await readHeaders(source)), body }
    await skip(body)
  }
  await skip(source.rest())
}

function boundaryOf(contentType: string | undefined): string {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType ?? '') ?? []
  const boundary = quoted ?? plain ?? ''
  if (boundary.length > 0 && boundary.length <= 200) return boundary
  throw malformed('The request body must be multipart/form-data with a boundary.')
}

async function readHeaders(source: Source): Promise<Disposition> {
  const lines: Uint8Array[] = []
  let sizeBytes = 0
  for await (const bytes of source.until(HEADERS_END)) {
    sizeBytes += bytes.length
    if (sizeBytes > HEADER_BYTES) throw malformed('A part of the form has too many headers.')
    lines.push(bytes)
  }
  for (const line of Buffer.concat(lines).toString().split('\r\n')) {
    const [, value] = /^content-disposition:(.*)$/i.exec(line) ?? []
    const disposition = value === undefined ? undefined : readDisposition(value)
    if (disposition) return disposition
  }
  throw malformed('A part of the form has no name.')
}

interface Source {
  /** The bytes before the next `mark`, which is taken too. Throws `request_invalid` when it does not come. */
  until(mark: Buffer): AsyncGenerator<Uint8Array, void, void>
  /** Looks at the next bytes without taking them. */
  startsWith(text: string): Promise<boolean>
  rest(): AsyncGenerator<Uint8Array, void, void>
}

function makeSource(chunks: AsyncIterator<Uint8Array>, first: Buffer): Source {
  let held = first

  async function more(): Promise<boolean> {
    const { done, value } = await chunks.next()
    if (done === true) return false
    held = Buffer.concat([held, value])
    return true
  }

  return {
    async *until(mark) {
      let at = held.indexOf(mark)
      while (at === -1) {
        // The mark may have begun at the end of what is here.
        const safe = Math.max(0, held.length - mark.length + 1)
        const bytes = held.subarray(0, safe)
        held = held.subarray(safe)
        if (safe > 0) yield bytes
        if (!(await more())) throw malformed('The form ends too early.')
        at = held.indexOf(mark)
      }
      const bytes = held.subarray(0, at)
      held = held.subarray(at + mark.length)
      if (at > 0) yield bytes
    },
    async startsWith(text) {
      while (held.length < text.length) if (!(await more())) throw malformed('The form ends too early.')
      return held.subarray(0, text.length).toString('latin1') === text
    },
    async *rest() {
      while (await more()) {
        yield held
        held = Buffer.alloc(0)
      }
    },
  }
}

async function skip(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}

const malformed = (message: string) => new EmbedlineError('request_invalid', message)
