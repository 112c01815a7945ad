import { createInflateRaw } from 'node:zlib'
import { EmbedlineError } from '../domain/errors.ts'
import { inLimit } from '../domain/limitFacts.ts'
import type { Source } from './source.ts'

// Source of the numbers: the ZIP format specification (APPNOTE.TXT), sections 4.3.7, 4.3.12, 4.3.16.
const END_SIGNATURE = 0x06054b50
const END_BYTES = 22
const LONGEST_COMMENT = 0xffff
const ENTRY_SIGNATURE = 0x02014b50
const ENTRY_BYTES = 46
const LOCAL_SIGNATURE = 0x04034b50
const LOCAL_BYTES = 30
const STORED = 0
const DEFLATED = 8
const ENCRYPTED = 1

export interface ZipEntry {
  name: string
  method: number
  isEncrypted: boolean
  packedBytes: number
  headerOffset: number
}

/** What is in a zip archive, by name. Throws `document_unreadable` for a damaged one. */
export async function readZip(source: Source): Promise<Map<string, ZipEntry>> {
  const tailBytes = Math.min(source.sizeBytes, END_BYTES + LONGEST_COMMENT)
  const tail = await source.part(source.sizeBytes - tailBytes, tailBytes)
  const end = findEnd(tail)
  if (end === undefined) throw damaged()
  const directory = await source.part(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12))
  const entries = new Map<string, ZipEntry>()
  for (let at = 0; at + ENTRY_BYTES <= directory.length;) {
    if (directory.readUInt32LE(at) !== ENTRY_SIGNATURE) throw damaged()
    const nameBytes = directory.readUInt16LE(at + 28)
    const name = directory.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes)
    entries.set(name, {
      name,
      method: directory.readUInt16LE(at + 10),
      isEncrypted: (directory.readUInt16LE(at + 8) & ENCRYPTED) !== 0,
      packedBytes: directory.readUInt32LE(at + 20),
      headerOffset: directory.readUInt32LE(at + 42),
    })
    at += ENTRY_BYTES + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}

function findEnd(tail: Buffer): number | undefined {
  for (let at = tail.length - END_BYTES; at >= 0; at--) if (tail.readUInt32LE(at) === END_SIGNATURE) return at
  return undefined
}

const damaged = (cause?: unknown): EmbedlineError =>
  new EmbedlineError('document_unreadable', 'The file is a damaged archive and cannot be read.', { cause })

/**
 * The bytes of one entry, unpacked as they are asked for. `budget` is what may still be unpacked of the archive, and is
 * counted down by what really comes, whatever the archive says of its size. Throws `document_too_large` when it is used
 * up, `document_encrypted`, `document_unreadable`.
 */
export async function* unpack(
  source: Source,
  { method, isEncrypted, packedBytes, headerOffset }: ZipEntry,
  budget: { leftBytes: number },
): AsyncGenerator<Buffer, void> {
  if (isEncrypted)
    throw new EmbedlineError('document_encrypted', 'The file can only be read with a password.')
  const header = await source.part(headerOffset, LOCAL_BYTES)
  if (header.length < LOCAL_BYTES || header.readUInt32LE(0) !== LOCAL_SIGNATURE) throw damaged()
  const start = headerOffset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28)
  const packed = await source.part(start, packedBytes)
  for await (const chunk of method === STORED ? [packed] : inflate(packed, method)) {
    source.throwIfAborted()
    budget.leftBytes -= chunk.length
    if (budget.leftBytes < 0)
      throw new EmbedlineError(
        'document_too_large',
        `What is packed in the file is too large${inLimit('unpackedDocumentBytes')}.`,
      )
    yield chunk
  }
}

async function* inflate(packed: Buffer, method: number): AsyncGenerator<Buffer, void> {
  if (method !== DEFLATED) throw damaged()
  const inflater = createInflateRaw()
  inflater.end(packed)
  try {
    for await (const chunk of inflater) yield chunk as Buffer
  } catch (cause) {
    throw damaged(cause)
  } finally {
    inflater.destroy()
  }
}
