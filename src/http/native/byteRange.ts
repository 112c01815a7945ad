import type { ByteRange } from '../../tasks/parts.ts'

const ONE_RANGE = /^bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i

/**
 * Which bytes a `Range` header asks for (RFC 9110, 14.1.2). Undefined: all of them, as for a header that is not
 * understood, for several ranges at once, and when `If-Range` names another version of the object than `etag`.
 * `beyond`: none of what is there.
 */
export function byteRange(
  range: string | undefined,
  ifRange: string | string[] | undefined,
  { etag, sizeBytes }: { etag: string; sizeBytes: number },
): ByteRange | 'beyond' | undefined {
  const [, first = '', last = ''] = ONE_RANGE.exec(range ?? '') ?? []
  if (first === '' && last === '') return undefined
  // A date has seconds only, in which an object may have changed: whoever names one gets all of it.
  if (ifRange !== undefined && ifRange !== etag) return undefined
  if (first === '')
    return sizeBytes === 0 || Number(last) === 0 ? 'beyond' : lastBytes(Number(last), sizeBytes)
  if (last !== '' && Number(last) < Number(first)) return undefined
  if (Number(first) >= sizeBytes) return 'beyond'
  return { first: Number(first), last: last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1) }
}

const lastBytes = (count: number, sizeBytes: number): ByteRange => ({
  first: Math.max(0, sizeBytes - count),
  last: sizeBytes - 1,
})
