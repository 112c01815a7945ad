import { EmbedlineError } from '../domain/errors.ts'
import { OLD_OFFICE_SIGNATURE, oldOfficeName, signatureOf, zippedName } from './signatures.ts'
import type { Source } from './source.ts'
import { charsetOfMark } from './text/charset.ts'
import { readZip } from './zip.ts'

/** What a file is that is no text; `type` is undefined for what may be text. */
export type BinaryType = { type: 'pdf' | 'docx' | 'media' | undefined } | { type: 'other'; name: string }

const HEAD_BYTES = 1024
// The directory of an old Office document lies anywhere in it, in practice at its start or its end.
const OLD_OFFICE_BYTES = 4 * 1024 * 1024

/** Looks at the bytes of a file. Throws `document_encrypted` for an Office document with a password. */
export async function binaryTypeOf(source: Source): Promise<BinaryType> {
  const head = await source.part(0, HEAD_BYTES)
  if (charsetOfMark(head)) return { type: undefined }
  if (head.subarray(0, OLD_OFFICE_SIGNATURE.length).equals(OLD_OFFICE_SIGNATURE)) return oldOfficeType(source)
  const text = head.toString('latin1')
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return zippedType(source)
  if (await isPdf(source, text)) return { type: 'pdf' }
  return signatureOf(text) ?? { type: undefined }
}

// Downloads and mailboxes leave lines before the header; readers of PDF look for it in the first kilobyte. A text that
// quotes one does not end like a PDF.
async function isPdf(source: Source, head: string): Promise<boolean> {
  if (head.trimStart().startsWith('%PDF-')) return true
  if (!/[\r\n]%PDF-\d/.test(head)) return false
  const tail = await source.part(Math.max(0, source.sizeBytes - HEAD_BYTES), HEAD_BYTES)
  return tail.includes('startxref')
}

async function oldOfficeType(source: Source): Promise<BinaryType> {
  const name = oldOfficeName(
    Buffer.concat([
      await source.part(0, OLD_OFFICE_BYTES),
      await source.part(Math.max(OLD_OFFICE_BYTES, source.sizeBytes - OLD_OFFICE_BYTES), OLD_OFFICE_BYTES),
    ]),
  )
  if (name === 'encrypted')
    throw new EmbedlineError('document_encrypted', 'The Office document can only be read with a password.')
  return { type: 'other', name }
}

async function zippedType(source: Source): Promise<BinaryType> {
  const names = [...(await readZip(source)).keys()]
  return names.includes('word/document.xml') ? { type: 'docx' } : { type: 'other', name: zippedName(names) }
}
