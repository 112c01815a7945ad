import type { IncomingMessage } from 'node:http'
import { EmbedlineError } from '../../domain/errors.ts'
import { bytesOf, type MostBytes } from '../../domain/limitFacts.ts'
import type { Objects, ReceivedBytes, Upload } from '../../objects/objects.ts'
import { formParts, type FormPart } from './formParts.ts'
import { bodyChunks } from '../requestBody.ts'

/** Of everything in a form but its files, names included. */
const FIELDS_BYTES = 256 * 1024

/** A form whose files have gone to a temporary place. */
export interface Form {
  /** Those that may be there several times are lists. */
  fields: Readonly<Record<string, string | readonly string[]>>
  files: Readonly<Record<string, FormFile>>
}

export interface FormFile {
  received: ReceivedBytes
  /** Empty when the form has none. */
  filename: string
}

/** What a form may hold beside fields that are there once. */
export interface FormShape {
  /** The fields that are files, with how many bytes each may have. */
  files: Readonly<Record<string, MostBytes>>
  /** The fields that may be there several times. */
  repeated?: readonly string[]
}

interface Reading {
  objects: Pick<Objects, 'receive'>
  shape: FormShape
  fields: Record<string, string | string[]>
  files: Record<string, FormFile>
  uploads: Upload[]
  fieldBytes: number
}

/**
 * Reads a multipart form, in whatever order its parts come, and writes its files to disk while they are hashed. The
 * files are gone when this returns, unless `use` has kept them. Throws `request_invalid`, `too_large`, `disk_full`, and
 * `aborted` when the client goes away.
 */
export async function withForm<T>(
  objects: Pick<Objects, 'receive'>,
  raw: IncomingMessage,
  shape: FormShape,
  use: (form: Form) => Promise<T>,
): Promise<T> {
  const reading: Reading = { objects, shape, fields: {}, files: {}, uploads: [], fieldBytes: 0 }
  const chunks = bodyChunks(raw, bodyLimit(Object.values(shape.files)))
  // Whether a file or the whole body was too large, it is the fault of a file.
  let blamed = Object.keys(shape.files)[0]
  try {
    for await (const part of formParts(chunks, raw.headers['content-type'])) {
      const limitBytes = shape.files[part.name]
      if (limitBytes === undefined) await readField(reading, part)
      else {
        blamed = part.name
        await receiveFile(reading, part, limitBytes)
      }
    }
    return await use({ fields: reading.fields, files: reading.files })
  } catch (failure) {
    throw blaming(failure, blamed)
  } finally {
    // Ends the reading of the body if it was not over, but not the connection.
    await chunks.return()
    for (const upload of reading.uploads) await upload.abandon()
  }
}

/** Of the whole form; it is named after the limit of the first of its files. */
function bodyLimit(files: readonly MostBytes[]): MostBytes {
  const bytes = files.reduce<number>((sum, most) => sum + bytesOf(most), FIELDS_BYTES)
  const [first = bytes] = files
  return typeof first === 'number' ? bytes : { ...first, bytes }
}

async function receiveFile({ objects, files, uploads }: Reading, part: FormPart, limitBytes: MostBytes) {
  if (Object.hasOwn(files, part.name))
    throw new EmbedlineError('request_invalid', 'One file is wanted.', { field: part.name })
  const upload = await objects.receive(limitBytes)
  uploads.push(upload)
  for await (const bytes of part.body) await upload.write(bytes)
  files[part.name] = { received: await upload.finish(), filename: part.filename ?? '' }
}

function blaming(failure: unknown, field: string | undefined): unknown {
  const isFiles = failure instanceof EmbedlineError && failure.code === 'too_large'
  if (!isFiles || failure.field !== undefined || field === undefined) return failure
  return new EmbedlineError('too_large', failure.message, { field, cause: failure })
}

async function readField(reading: Reading, part: FormPart): Promise<void> {
  const { name } = part
  reading.fieldBytes += Buffer.byteLength(name)
  const text = await readText(part, FIELDS_BYTES - reading.fieldBytes)
  reading.fieldBytes += Buffer.byteLength(text)
  const before = Object.hasOwn(reading.fields, name) ? [reading.fields[name] ?? []].flat() : []
  const isList = reading.shape.repeated?.includes(name) === true
  if (before.length > 0 && !isList)
    throw new EmbedlineError('request_invalid', 'It is there twice.', { field: name })
  const value = isList ? [...before, text] : text
  // Also when the name is `__proto__`.
  Object.defineProperty(reading.fields, name, { value, enumerable: true, configurable: true })
}

async function readText({ name, filename, body }: FormPart, limitBytes: number): Promise<string> {
  if (filename !== undefined) throw new EmbedlineError('parameter_unknown', 'It is a file.', { field: name })
  const tooLong = () => new EmbedlineError('too_large', 'The form is too long.', { field: name })
  if (limitBytes < 0) throw tooLong()
  const pieces: Uint8Array[] = []
  let sizeBytes = 0
  for await (const bytes of body) {
    sizeBytes += bytes.length
    if (sizeBytes > limitBytes) throw tooLong()
    pieces.push(Buffer.from(bytes))
  }
  return Buffer.concat(pieces).toString()
}
