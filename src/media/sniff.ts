import { isUtf8 } from 'node:buffer'
import { type FileHandle, open } from 'node:fs/promises'
import { EmbedlineError } from '../domain/errors.ts'

/** What the first bytes of a file tell: a picture (a GIF may move), something that is no media, or undefined: ffprobe may know. */
export type Sniffed = { kind: 'picture'; format: string } | { kind: 'other'; name: string } | undefined

const HEAD_BYTES = 4096

/** Looks at the first 4 KiB of a file. Throws `input_missing` when it is not there any more. */
export async function sniff(file: string): Promise<Sniffed> {
  const handle = await openInput(file)
  try {
    return sniffBytes(await readHead(handle))
  } finally {
    await handle.close()
  }
}

async function openInput(file: string): Promise<FileHandle> {
  try {
    return await open(file)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause
    throw new EmbedlineError('input_missing', 'The file was deleted before it could be read.', { cause })
  }
}

async function readHead(handle: FileHandle): Promise<Buffer> {
  const head = Buffer.alloc(HEAD_BYTES)
  const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0)
  return head.subarray(0, bytesRead)
}

/** As `sniff`, of the first bytes themselves. */
export function sniffBytes(head: Buffer): Sniffed {
  if (head.length === 0) return { kind: 'other', name: 'an empty file' }
  const format = pictureFormat(head)
  if (format !== undefined) return { kind: 'picture', format }
  const name = signedName(head) ?? textName(head)
  return name === undefined ? undefined : { kind: 'other', name }
}

const PICTURES: readonly [format: string, signature: string][] = [
  ['jpeg', '\xff\xd8\xff'],
  ['png', '\x89PNG\r\n\x1a\n'],
  ['gif', 'GIF8'],
  ['tiff', 'II*\0'],
  ['tiff', 'MM\0*'],
  ['psd', '8BPS'],
  ['jxl', '\xff\x0a'],
  ['jxl', '\0\0\0\x0cJXL '],
  ['jp2', '\0\0\0\x0cjP  '],
  ['ico', '\0\0\x01\0'],
]

// Brands of the ISO file format that hold still pictures; `avis` and `msf1` are sequences, which are videos.
const PICTURE_BRANDS: Readonly<Record<string, string>> = {
  avif: 'avif',
  heic: 'heic',
  heix: 'heic',
  mif1: 'heic',
}

function pictureFormat(head: Buffer): string | undefined {
  const text = head.toString('latin1')
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'webp'
  if (text.startsWith('ftyp', 4)) return pictureBrand(text)
  // `BM` alone begins too many things: a bitmap also names the size of its second header.
  if (text.startsWith('BM') && head.length > 18 && head.readUInt32LE(14) <= 124) return 'bmp'
  return PICTURES.find(([, signature]) => text.startsWith(signature))?.[0]
}

function pictureBrand(text: string): string | undefined {
  const major = text.slice(8, 12)
  // `mif1` says no more than "a picture"; the compatible brands tell which.
  if (major === 'mif1' && text.slice(16, 64).includes('avif')) return 'avif'
  return PICTURE_BRANDS[major]
}

const SIGNED: readonly [name: string, signature: string][] = [
  ['a PDF document', '%PDF-'],
  ['an RTF document', '{\\rtf'],
  ['a gzip archive', '\x1f\x8b'],
  ['a 7-Zip archive', "7z\xbc\xaf'\x1c"],
  ['a RAR archive', 'Rar!\x1a\x07'],
  ['an xz archive', '\xfd7zXZ\0'],
  ['a Zstandard archive', '\x28\xb5\x2f\xfd'],
  ['an old Office document', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['a program', '\x7fELF'],
  ['a program', 'MZ\x90\0'],
  ['a SQLite database', 'SQLite format 3\0'],
]

// The names of the first entries of a zip archive tell what kind of document it is.
const ZIPPED: readonly [name: string, entry: string][] = [
  ['an EPUB book', 'application/epub+zip'],
  ['an OpenDocument file', 'application/vnd.oasis.opendocument'],
  ['a Word document', 'word/'],
  ['a PowerPoint document', 'ppt/'],
  ['an Excel document', 'xl/'],
  ['an Office document', '[Content_Types].xml'],
]

function signedName(head: Buffer): string | undefined {
  const text = head.toString('latin1')
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06'))
    return ZIPPED.find(([, entry]) => text.includes(entry))?.[0] ?? 'a zip archive'
  return SIGNED.find(([, signature]) => text.startsWith(signature))?.[0]
}

const TEXTS: readonly [name: string, pattern: RegExp][] = [
  ['a playlist', /^#EXTM3U|^\[playlist\]|^ffconcat version/],
  ['subtitles without a video', /^WEBVTT|^\s*\d+\s*\n\d\d:\d\d:\d\d,\d{3} -->|^\[Script Info\]/],
  ['an SVG drawing', /^\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/],
  ['an XML file', /^\s*<\?xml/],
  ['an HTML page', /^\s*<(!doctype html|html)/i],
  ['a JSON file', /^\s*[{[]\s*["{[\]}\d]/],
]

// No container of media is readable text, and what ffmpeg would make of text (a playlist, a list of files to
// concatenate, a teletype picture) we never want.
function textName(head: Buffer): string | undefined {
  if (!isText(head)) return undefined
  const text = head.toString('utf8').replace(/^\uFEFF/, '')
  return TEXTS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'a text file'
}

function isText(head: Buffer): boolean {
  if (head.some((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13)) return false
  // A character of up to four bytes may be cut at the end of what was read.
  return [0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, head.length - cut)))
}
