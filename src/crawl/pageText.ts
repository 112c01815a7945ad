import { isUtf8 } from 'node:buffer'

export interface PageText {
  text: string
  /** The page as it is stored: as it came, or in UTF-8 where nothing in it says in which charset it came. */
  bytes: Buffer
}

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf])
const DECLARATION_BYTES = 8192

/**
 * Decodes a page by its byte order mark, as UTF-8 where it can be that, by the charset that the site's header or the
 * page itself names, else as Windows-1252. What only the header knows would be lost with the header: such a page is
 * stored in UTF-8.
 */
export function pageText(bytes: Buffer, charsetOfHeader: string | undefined): PageText {
  const label = labelOfMark(bytes) ?? labelOf(bytes, charsetOfHeader)
  const text = new TextDecoder(label.name).decode(bytes)
  return { text, bytes: label.isInPage ? bytes : Buffer.concat([UTF8_MARK, Buffer.from(text)]) }
}

interface Label {
  name: string
  /** True when whoever reads the stored page will find it out too. */
  isInPage: boolean
}

const inPage = (name: string): Label => ({ name, isInPage: true })

function labelOfMark(bytes: Buffer): Label | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return inPage('utf-16le')
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return inPage('utf-16be')
  return bytes.subarray(0, UTF8_MARK.length).equals(UTF8_MARK) ? inPage('utf-8') : undefined
}

// Their bytes may be those of UTF-8 too.
const LOOKS_LIKE_UTF8 = new Set(['iso-2022-jp', 'utf-16le', 'utf-16be'])

function labelOf(bytes: Buffer, charsetOfHeader: string | undefined): Label {
  const ofHeader = known(charsetOfHeader)
  if (ofHeader !== undefined && LOOKS_LIKE_UTF8.has(ofHeader)) return { name: ofHeader, isInPage: false }
  const ofPage = declared(bytes)
  if (isUtf8(bytes)) return inPage(ofPage === 'iso-2022-jp' ? ofPage : 'utf-8')
  if (ofHeader !== undefined && ofHeader !== 'utf-8') return { name: ofHeader, isInPage: ofHeader === ofPage }
  return inPage(ofPage ?? ofHeader ?? 'windows-1252')
}

const DECLARED =
  /<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]+)|^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)/i

function declared(bytes: Buffer): string | undefined {
  const [, ofMeta, ofXml] = DECLARED.exec(bytes.subarray(0, DECLARATION_BYTES).toString('latin1')) ?? []
  const label = known(ofMeta ?? ofXml)
  // Whoever reads this declaration as ASCII knows that it is not true.
  return label?.startsWith('utf-16') ? undefined : label
}

function known(name: string | undefined): string | undefined {
  try {
    return name === undefined ? undefined : new TextDecoder(name).encoding
  } catch {
    return undefined
  }
}
