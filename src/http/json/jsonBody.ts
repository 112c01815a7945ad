import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Limits } from '../../domain/limits.ts'
import type { Objects, ReceivedBytes, Upload } from '../../objects/objects.ts'
import { makeBase64Decoder, type Base64Decoder } from './base64.ts'
import { makeStringScanner, type JsonPart } from './scanStrings.ts'
import { bodyChunks } from '../requestBody.ts'
import { parseJson } from './parseJson.ts'

const DATA_PREFIX = 'data:'

/** What a body may hold beside its base64. */
const TEXT_BYTES = 1024 * 1024

/** The contract's most is ten sources in one request. */
const MEDIA_COUNT = 10

/** A JSON body whose base64 values became files; in `value` each of them is a token for `media`. */
export interface JsonBody {
  value: unknown
  /** SHA-256 of the raw body, hex. */
  hash: string
  media: (token: string) => ReceivedBytes
}

/** Of each kind of media; which kind it is stands elsewhere in the body. */
const INLINE_LIMITS = [
  'inlineMediaBytes',
  'inlinePictureBytes',
  'inlineDocumentBytes',
] as const satisfies readonly (keyof Limits)[]

type InlineLimit = (typeof INLINE_LIMITS)[number]

export interface JsonBodyParts {
  objects: Pick<Objects, 'receive'>
  limits: Pick<Limits, 'jsonBodyBytes' | InlineLimit>
}

/**
 * Reads a JSON body, writes the base64 under `base64Key` to files while it comes in, and hands both to `use`. The files are gone when this
 * returns, except what `use` has kept. Throws `request_invalid` for what is no JSON or no base64, `too_large`, and
 * `aborted` when the client goes away.
 */
export async function withJsonBody<T>(
  { objects, limits }: JsonBodyParts,
  raw: IncomingMessage,
  base64Key: string,
  use: (body: JsonBody) => Promise<T>,
): Promise<T> {
  const files: MediaFile[] = []
  const [largest] = INLINE_LIMITS.map((name) => ({ name, bytes: limits[name] })).toSorted(
    (one, other) => other.bytes - one.bytes,
  )
  const hash = createHash('sha256')
  try {
    const text = await readText()
    return await use({
      value: parseJson(text),
      hash: hash.digest('hex'),
      media: (token) => received(files[Number(token)]),
    })
  } finally {
    for (const file of files) await file.upload.abandon()
  }

  async function readText(): Promise<Uint8Array> {
    const scanner = makeStringScanner(base64Key)
    const kept: Uint8Array[] = []
    let keptBytes = 0
    for await (const chunk of bodyChunks(raw, { name: 'jsonBodyBytes', bytes: limits.jsonBodyBytes })) {
      hash.update(chunk)
      for (const part of scanner.scan(chunk)) {
        const bytes = part.part === 'kept' ? part.bytes : await divert(part)
        // A copy, because the chunk that it is a part of would stay in memory with it.
        kept.push(Buffer.from(bytes))
        keptBytes += bytes.length
        if (keptBytes > TEXT_BYTES) throw tooMuchText()
      }
    }
    return Buffer.concat(kept)
  }

  /** Returns what stands in the text instead. */
  async function divert(part: Exclude<JsonPart, { part: 'kept' }>): Promise<Uint8Array> {
    if (part.part === 'begin') {
      if (files.length === MEDIA_COUNT) throw tooManyMedia()
      const upload = await objects.receive(largest ?? 0)
      files.push({ upload, field: part.path, decoder: makeBase64Decoder(), head: '', received: undefined })
      return Buffer.from(String(files.length - 1))
    }
    const file = files.at(-1)
    if (file) await (part.part === 'characters' ? write(file, part.bytes) : finish(file))
    return NOTHING
  }
}

interface MediaFile {
  upload: Upload
  field: string
  decoder: Base64Decoder
  /** The first characters, to recognise a `data:` URL. */
  head: string
  received: ReceivedBytes | undefined
}

const NOTHING = new Uint8Array()

async function write(file: MediaFile, characters: Uint8Array): Promise<void> {
  const missing = DATA_PREFIX.length - file.head.length
  if (missing > 0) file.head += Buffer.from(characters.subarray(0, missing)).toString('latin1')
  const bytes = file.decoder.decode(characters)
  if (!bytes) throw notBase64(file)
  try {
    await file.upload.write(bytes)
  } catch (failure) {
    if (failure instanceof EmbedlineError && failure.code === 'too_large') throw inField(failure, file.field)
    throw failure
  }
}

async function finish(file: MediaFile): Promise<void> {
  if (!file.decoder.isComplete()) throw notBase64(file)
  file.received = await file.upload.finish()
  if (file.received.sizeBytes > 0) return
  throw new EmbedlineError('request_invalid', 'The base64 text is empty.', { field: file.field })
}

function received(file: MediaFile | undefined): ReceivedBytes {
  if (!file?.received) throw new Error('a token for base64 that did not come')
  return file.received
}

function notBase64({ head, field }: MediaFile): EmbedlineError {
  const message =
    head.toLowerCase() === DATA_PREFIX
      ? 'It must be base64 alone, without a `data:` prefix.'
      : 'It is not valid base64: only A-Z, a-z, 0-9, + and / are taken, padded with =, without line breaks.'
  return new EmbedlineError('request_invalid', message, { field })
}

const inField = (failure: EmbedlineError, field: string) =>
  new EmbedlineError(failure.code, failure.message, { field, cause: failure })

const tooMuchText = () =>
  new EmbedlineError('too_large', `The request body without its base64 is larger than ${TEXT_BYTES} bytes.`)

const tooManyMedia = () =>
  new EmbedlineError('request_invalid', `More than ${MEDIA_COUNT} base64 texts in one request are not taken.`)
