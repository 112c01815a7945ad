import { EmbedlineError } from '../../domain/errors.ts'
import type { Db } from '../../domain/tables.ts'
import { placeOfPart, type UploadPart } from '../../domain/upload.ts'
import type { PartUpload } from '../../objects/objects.ts'
import type { Turn } from '../../lib/takeover.ts'
import { lockRow } from '../../store/locks.ts'
import { beginPart, getParts, isNewest, keepPart, type PartTurn } from '../../store/uploadParts.ts'
import { findUpload } from '../../store/uploads.ts'
import type { TaskParts } from '../parts.ts'
import { takesParts } from './takesParts.ts'
import { uploadFile } from './uploadFile.ts'

/** Which part of which upload. */
export interface PartName {
  uploadId: string
  /** From 1. */
  number: number
}

export interface PartBytes {
  bytes: AsyncIterable<Uint8Array>
  /** As announced; undefined: it will be seen. */
  sizeBytes?: number
}

/**
 * Writes a part to its place in the file; when this returns it survives the machine. It may be sent again until it is
 * reported, also while it is still coming in: the newest one counts. Throws `request_invalid` for a part of another size,
 * `not_found`, `upload_refused`, `disk_full`, and `aborted` when a newer one takes over.
 */
export async function receivePart(parts: TaskParts, name: PartName, given: PartBytes): Promise<UploadPart> {
  const { uploadId, number } = name
  const sizeBytes = await placeFor(parts, parts.store.read, name).then((place) => place.sizeBytes)
  if (given.sizeBytes !== undefined && given.sizeBytes !== sizeBytes)
    throw wrongSize(name, sizeBytes, given.sizeBytes)
  return parts.partTurns(`${uploadId}/${number}`, async (turn) => {
    // From here on the place holds neither the old nor the new part.
    const { place, mine } = await turn.step(() => parts.store.write((db) => begin(parts, db, name)))
    const file = await turn.step(() => parts.objects.openPart(uploadFile(uploadId), place))
    try {
      await writeAll(turn, file, name, { place, bytes: given.bytes })
      return await turn.step(() => finishPart(parts, file, { ...name, turn: mine }, place.sizeBytes))
    } finally {
      await file.close()
    }
  })
}

async function begin(parts: TaskParts, db: Db, name: PartName) {
  await lockRow(db, 'upload', name.uploadId)
  const place = await placeFor(parts, db, name)
  const mine = await beginPart(db, name.uploadId, name.number)
  if (mine === undefined) throw isFinal(name)
  return { place, mine }
}

/** Where the part is to be written. */
async function placeFor(parts: TaskParts, db: Db, { uploadId, number }: PartName) {
  const upload = takesParts(await findUpload(db, uploadId), uploadId, parts.clock.nowMs())
  const place = placeOfPart(upload, number)
  if (!place) throw new EmbedlineError('not_found', `The upload has no part ${number}.`)
  const [before] = await getParts(db, uploadId, { first: number, last: number })
  if (before?.reportedMs !== undefined) throw isFinal({ number })
  return place
}

const isFinal = ({ number }: Pick<PartName, 'number'>) =>
  new EmbedlineError('upload_refused', `Part ${number} was reported as complete: it stays as it is.`, {
    reason: 'part_reported',
  })

interface Incoming {
  place: { sizeBytes: number }
  bytes: AsyncIterable<Uint8Array>
}

async function writeAll(turn: Turn, file: PartUpload, name: PartName, { place, bytes }: Incoming) {
  let sizeBytes = 0
  for await (const chunk of bytes) {
    sizeBytes += chunk.length
    if (sizeBytes > place.sizeBytes) throw wrongSize(name, place.sizeBytes, `more than ${place.sizeBytes}`)
    await turn.step(() => file.write(chunk))
  }
  if (sizeBytes < place.sizeBytes) throw wrongSize(name, place.sizeBytes, sizeBytes)
}

/** Of requests that came to several servers one at a time brings its bytes to their place, and the newest one the last. */
const finishPart = (
  parts: TaskParts,
  file: PartUpload,
  name: PartTurn,
  sizeBytes: number,
): Promise<UploadPart> =>
  parts.store.exclusively(`part ${name.uploadId}/${name.number}`, async (held) => {
    if (!(await isNewest(parts.store.read, name))) throw takenOver()
    const { md5 } = await file.finish()
    return parts.store.write(async (db) => {
      held.throwIfAborted()
      await lockRow(db, 'upload', name.uploadId)
      // The upload may have ended while the part came in.
      await placeFor(parts, db, name)
      const part = { number: name.number, sizeBytes, md5, writtenMs: parts.clock.nowMs() }
      if (!(await keepPart(db, name, part))) throw takenOver()
      return part
    })
  })

const takenOver = () => new EmbedlineError('aborted', 'A later request does the same.')

const wrongSize = ({ number }: PartName, wantedBytes: number, found: number | string) =>
  new EmbedlineError('request_invalid', `Part ${number} has ${wantedBytes} bytes, not ${found}.`)
