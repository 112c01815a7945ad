// What the first bytes of a file tell when it is no text.

// `?` stands for any byte.

/** Sound and video. */
const MEDIA = [
  'RIFF????WAVE',
  'RIFF????AVI ',
  '\x1a\x45\xdf\xa3', // Matroska, WebM
  'OggS',
  'fLaC',
  'ID3',
  'FORM????AIF',
  'caff',
  'FLV\x01',
  '\x30\x26\xb2\x75\x8e\x66\xcf\x11', // ASF, WMA, WMV
  '#!AMR',
  'wvpk',
  '\0\0\x01\xba', // MPEG program stream
  '\0\0\x01\xb3', // MPEG video
  `G${'?'.repeat(187)}G`, // MPEG transport stream
  '\xff\xfb', // MP3 …
  '\xff\xf3',
  '\xff\xf2',
  '\xff\xf1', // AAC …
  '\xff\xf9',
  '\x0b\x77', // AC-3
  '????moov',
  '????mdat',
  '????wide',
]

const OTHER: readonly [name: string, signature: string][] = [
  ['a JPEG picture', '\xff\xd8\xff'],
  ['a PNG picture', '\x89PNG'],
  ['a GIF picture', 'GIF8'],
  ['a WebP picture', 'RIFF????WEBP'],
  ['a TIFF picture', 'II*\0'],
  ['a TIFF picture', 'MM\0*'],
  ['a Photoshop picture', '8BPS'],
  ['a JPEG XL picture', '\xff\x0a'],
  ['a JPEG XL picture', '\0\0\0\x0cJXL '],
  ['a JPEG 2000 picture', '\0\0\0\x0cjP  '],
  ['an icon', '\0\0\x01\0'],
  ['a bitmap picture', 'BM????\0\0\0\0'],
  ['an RTF document', '{\\rtf'],
  ['a gzip archive', '\x1f\x8b'],
  ['a 7-Zip archive', "7z\xbc\xaf'\x1c"],
  ['a RAR archive', 'Rar!\x1a\x07'],
  ['an xz archive', '\xfd7zXZ\0'],
  ['a bzip2 archive', 'BZh?1AY&SY'],
  ['a Zstandard archive', '\x28\xb5\x2f\xfd'],
  ['a program', '\x7fELF'],
  ['a program', 'MZ\x90\0'],
  ['a program', '\xcf\xfa\xed\xfe'],
  ['a WebAssembly module', '\0asm'],
  ['a SQLite database', 'SQLite format 3\0'],
  ['a font', 'wOF'],
  ['a font', 'OTTO\0'],
  ['a font', '\0\x01\0\0\0'],
  ['a PostScript document', '%!PS'],
]

const PICTURES = ['????ftypavif', '????ftyphei', '????ftypmif1']

/** What a file is, by its first bytes as Latin-1; undefined when nothing here fits and it may be text. */
export function signatureOf(head: string): { type: 'media' } | { type: 'other'; name: string } | undefined {
  const begins = (signature: string): boolean => beginsWith(head, signature)
  if (PICTURES.some(begins)) return { type: 'other', name: 'a picture' }
  const other = OTHER.find(([, signature]) => begins(signature))
  if (other) return { type: 'other', name: other[0] }
  return begins('????ftyp') || MEDIA.some(begins) ? { type: 'media' } : undefined
}

function beginsWith(head: string, signature: string): boolean {
  for (let at = 0; at < signature.length; at++)
    if (signature[at] !== '?' && signature[at] !== head[at]) return false
  return head.length >= signature.length
}

// Programs write these names into the directory of an old Office document, in UTF-16.
const OLD_OFFICE: readonly [name: string, entry: string][] = [
  ['encrypted', 'EncryptedPackage'],
  ['an old Word document (.doc)', 'WordDocument'],
  ['an old Excel workbook (.xls)', 'Workbook'],
  ['an old PowerPoint presentation (.ppt)', 'PowerPoint Document'],
  ['an Outlook message (.msg)', '__properties_version1.0'],
]

export const OLD_OFFICE_SIGNATURE = Buffer.from('d0cf11e0a1b11ae1', 'hex')

/** What an old Office document is, by its bytes; `encrypted` for a new one with a password, which is wrapped in one. */
export const oldOfficeName = (bytes: Buffer): string =>
  OLD_OFFICE.find(([, entry]) => bytes.includes(Buffer.from(entry, 'utf16le')))?.[0] ??
  'an old Office document'

const ZIPPED: readonly [name: string, entry: RegExp][] = [
  ['an Excel workbook (.xlsx)', /^xl\//],
  ['a PowerPoint presentation (.pptx)', /^ppt\//],
  ['an EPUB book', /^META-INF\/container\.xml$/],
  ['an OpenDocument file', /^content\.xml$/],
]

/** What a zip archive is, by the names in it. */
export const zippedName = (names: readonly string[]): string =>
  ZIPPED.find(([, entry]) => names.some((name) => entry.test(name)))?.[0] ?? 'a zip archive'
