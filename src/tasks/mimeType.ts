import type { DocumentType, MediaFacts } from '../domain/media.ts'

const OF_EXTENSION: ReadonlyMap<string, string> = new Map(
  Object.entries({
    mp4: 'video/mp4',
    m4v: 'video/x-m4v',
    mov: 'video/quicktime',
    mkv: 'video/x-matroska',
    webm: 'video/webm',
    avi: 'video/x-msvideo',
    mpg: 'video/mpeg',
    mpeg: 'video/mpeg',
    ts: 'video/mp2t',
    '3gp': 'video/3gpp',
    flv: 'video/x-flv',
    wmv: 'video/x-ms-wmv',
    ogv: 'video/ogg',
    wav: 'audio/wav',
    mp3: 'audio/mpeg',
    flac: 'audio/flac',
    m4a: 'audio/mp4',
    aac: 'audio/aac',
    ogg: 'audio/ogg',
    oga: 'audio/ogg',
    opus: 'audio/opus',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    png: 'image/png',
    webp: 'image/webp',
    gif: 'image/gif',
    avif: 'image/avif',
    pdf: 'application/pdf',
    txt: 'text/plain',
    md: 'text/markdown',
    srt: 'application/x-subrip',
    vtt: 'text/vtt',
  }),
)

const SUBTITLES = ['application/x-subrip', 'text/vtt']

/** True for the types of files that hold nothing but subtitles. */
export const isSubtitles = (mimeType: string): boolean => SUBTITLES.includes(mimeType)

const UNKNOWN = 'application/octet-stream'

/** The media type that a file name suggests. */
export const mimeTypeOfName = (filename: string): string =>
  OF_EXTENSION.get(filename.slice(filename.lastIndexOf('.') + 1).toLowerCase()) ?? UNKNOWN

/** The media type by what was found in the file; the name decides only between types of the same kind. */
export function mimeTypeOfMedia(facts: MediaFacts, filename: string): string {
  if (facts.document) return documentMimeType(facts.document.type, filename)
  const kind = facts.isPicture ? 'image' : facts.video ? 'video' : 'audio'
  const named = mimeTypeOfName(filename)
  if (named.startsWith(`${kind}/`)) return named
  const names = facts.container.split(',')
  for (const name of names) {
    const found = OF_EXTENSION.get(CONTAINER_EXTENSION[name] ?? name)
    if (found) return `${kind}/${found.slice(found.indexOf('/') + 1)}`
  }
  return `${kind}/${names[0] ?? 'unknown'}`
}

function documentMimeType(type: DocumentType, filename: string): string {
  if (type === 'pdf') return 'application/pdf'
  return mimeTypeOfName(filename) === 'text/markdown' ? 'text/markdown' : 'text/plain'
}

// ffprobe's names of containers that are not themselves a file extension, or not the usual one of their family.
const CONTAINER_EXTENSION: Readonly<Record<string, string>> = {
  mov: 'mp4',
  matroska: 'mkv',
  mpegts: 'ts',
  asf: 'wmv',
}
