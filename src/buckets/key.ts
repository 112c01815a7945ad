import { EmbedlineError } from '../domain/errors.ts'

const KEY_BYTES = 1024
const SEGMENT_BYTES = 255

/** Files of this name are uploads on their way; no object has it. */
export const UPLOAD_PREFIX = '.embedline-upload-'

/**
 * The folders and the name that a key stands for. Throws `request_invalid`, with the rule, for a key that a folder
 * could not hold under that very name.
 */
export function segmentsOf(key: string): string[] {
  const segments = key.split('/')
  const rule = brokenRule(key, segments)
  if (rule === undefined) return segments
  throw new EmbedlineError('request_invalid', `The key ${quoted(key)} cannot be used: ${rule}.`, {
    field: 'key',
  })
}

function brokenRule(key: string, segments: readonly string[]): string | undefined {
  if (key === '') return 'it is empty'
  if (!key.isWellFormed()) return 'it is not valid Unicode'
  if (key.includes('\0')) return 'it has a NUL character'
  if (Buffer.byteLength(key) > KEY_BYTES) return `it has more than ${KEY_BYTES} bytes`
  if (segments.includes('')) return 'a key has no slash at its start or end and no two in a row'
  if (segments.some((segment) => segment === '.' || segment === '..'))
    return 'no part of it may be "." or ".."'
  if (segments.some((segment) => Buffer.byteLength(segment) > SEGMENT_BYTES))
    return `a part between slashes has more than ${SEGMENT_BYTES} bytes`
  if (segments.some((segment) => segment.startsWith(UPLOAD_PREFIX)))
    return `no part of it may start with "${UPLOAD_PREFIX}"`
  return undefined
}

const quoted = (key: string) => JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}…` : key)

/** Compares well-formed texts by their UTF-8 bytes, which is the order of their code points. */
export function compareKeys(one: string, other: string): number {
  const end = Math.min(one.length, other.length)
  for (let i = 0; i < end; i++) {
    const unit = one.charCodeAt(i)
    const otherUnit = other.charCodeAt(i)
    if (unit !== otherUnit) return rankOf(unit) - rankOf(otherUnit)
  }
  return one.length - other.length
}

// Surrogates stand for code points above all others, but their own numbers are below those from U+E000.
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
