import type { IncomingMessage } from 'node:http'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Limits } from '../../domain/limits.ts'
import type { Objects, ReceivedBytes, Upload } from '../../objects/objects.ts'
import { formParts, type FormPart } from '../multipart/formParts.ts'
import { bodyChunks } from '../requestBody.ts'

const FILE_FIELD = 'file'

/** Of everything in the form but the file, names included. */
const FIELDS_BYTES = 256 * 1024

/** A form whose file has gone to a temporary place. */
export interface AssetForm {
  fields: Readonly<Record<string, string>>
  /** Absent when there was none. */
  file?: { received: ReceivedBytes; filename: string }
}

export interface AssetFormParts {
  objects: Pick<Objects, 'receive'>
  limits: Pick<Limits, 'uploadBytes'>
}

/**
 * Reads a multipart form, in whatever order its parts come, and writes the file to disk while it is hashed. The file
 * is gone when this returns, unless `use` has kept it. Throws `request_invalid`, `too_large`, `disk_full`, and
 * `aborted` when the client goes away.
 */
export async function withAssetForm<T>(
  { objects, limits }: AssetFormParts,
  raw: IncomingMessage,
  use: (form: AssetForm) => Promise<T>,
): Promise<T> {
  const fields: Record<string, string> = {}
  let fieldBytes = 0
  let upload: Upload | undefined
  let file: AssetForm['file']
  const chunks = bodyChunks(raw, limits.uploadBytes + FIELDS_BYTES)
  try {
    for await (const part of formParts(chunks, raw.headers['content-type'])) {
      if (part.name === FILE_FIELD) {
        if (upload) throw new EmbedlineError('request_invalid', 'One file is wanted.', { field: FILE_FIELD })
        upload = await objects.receive(limits.uploadBytes)
        file = { received: await receive(part, upload), filename: part.filename ?? '' }
      } else {
        fieldBytes += Buffer.byteLength(part.name)
        const text = await readField(part, FIELDS_BYTES - fieldBytes)
        fieldBytes += Buffer.byteLength(text)
        if (Object.hasOwn(fields, part.name))
          throw new EmbedlineError('request_invalid', 'It is there twice.', { field: part.name })
        Object.defineProperty(fields, part.name, { value: text, enumerable: true })
      }
    }
    return await use({ fields, ...(file && { file }) })
  } catch (failure) {
    throw blamingFile(failure)
  } finally {
    // Ends the reading of the body if it was not over, but not the connection.
    await chunks.return()
    await upload?.abandon()
  }
}

async function receive({ body }: FormPart, upload: Upload): Promise<ReceivedBytes> {
  for await (const bytes of body) await upload.write(bytes)
  return upload.finish()
}

/** Whether the file or the whole body was too large, it is the file's fault. */
function blamingFile(failure: unknown): unknown {
  if (!(failure instanceof EmbedlineError) || failure.code !== 'too_large' || failure.field !== undefined)
    return failure
  return new EmbedlineError('too_large', failure.message, { field: FILE_FIELD, cause: failure })
}

async function readField({ name, filename, body }: FormPart, limitBytes: number): Promise<string> {
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
