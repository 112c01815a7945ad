/** Of what a site sends: how it is stored, and in which charset the site says that it is written. */
export interface PageType {
  /** Of the key under which it is stored; `html` pages are looked through for links. */
  extension: string
  /** As the header says; not checked. */
  charset?: string
}

// What documents are read from. Pictures, sound, video, styles and scripts are not asked for to their end.
const EXTENSIONS: Readonly<Record<string, string>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
  'text/x-markdown': 'md',
  'text/csv': 'csv',
  'application/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'application/json': 'json',
  'text/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/pdf': 'pdf',
  'application/x-pdf': 'pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'message/rfc822': 'eml',
  'text/vtt': 'vtt',
  'application/x-subrip': 'srt',
}

/** Extensions by which an address says what lies there, should the site not say it. */
const OF_NAME: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.values(EXTENSIONS).map((extension) => [extension, extension])),
  htm: 'html',
  xhtml: 'html',
  markdown: 'md',
  jsonl: 'ndjson',
}

// What servers say of files whose type they do not know.
const UNKNOWN = new Set(['', 'application/octet-stream', 'binary/octet-stream', 'application/x-download'])

/** What the header says of a page, or its address where the header says nothing. Undefined: a type that is not stored. */
export function pageType(header: string | undefined, url: string): PageType | undefined {
  const [words = '', ...parameters] = (header ?? '').split(';')
  const type = words.trim().toLowerCase()
  const extension = UNKNOWN.has(type) ? OF_NAME[extensionOf(url)] : (EXTENSIONS[type] ?? byStructure(type))
  if (extension === undefined) return undefined
  const charset = charsetIn(parameters)
  return { extension, ...(charset !== undefined && { charset }) }
}

/** `application/ld+json` is JSON. Drawings are XML, and no text. */
const byStructure = (type: string): string | undefined =>
  type === 'image/svg+xml' ? undefined : /^application\/[\w.-]+\+(json|xml)$/.exec(type)?.[1]

/** In lower case; empty when the last part of the path has none. */
export const extensionOf = (url: string): string =>
  /\.([a-z\d]{1,8})$/i.exec(new URL(url).pathname)?.[1]?.toLowerCase() ?? ''

function charsetIn(parameters: readonly string[]): string | undefined {
  for (const parameter of parameters) {
    const charset = /^\s*charset\s*=\s*"?([\w.:-]+)/i.exec(parameter)?.[1]
    if (charset !== undefined) return charset
  }
  return undefined
}

const NO_DOCUMENTS = new Set(
  (
    'jpg jpeg png gif webp avif svg ico bmp tif tiff heic mp3 m4a aac wav ogg oga opus flac mp4 m4v mov webm avi mkv ' +
    'zip gz tgz bz2 xz zst 7z rar tar iso dmg exe msi deb rpm apk jar css js mjs map wasm woff woff2 ttf otf eot bin'
  ).split(' '),
)

/** True for an address whose name says that no document lies there. */
export const isNoDocument = (url: string): boolean => NO_DOCUMENTS.has(extensionOf(url))
