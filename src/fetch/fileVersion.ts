/** Which version of a file some bytes are from, as far as its server says so. */
export interface FileVersion {
  /** A strong ETag or a time of change: what goes into `If-Range`. Absent: a range of it cannot be asked for safely. */
  validator?: string
  /** Of the whole file. */
  totalBytes?: number
}

type Headers = Readonly<Record<string, string>>

/**
 * Source: RFC 9110, sections 8.8.2.2 and 13.1.5: an ETag that is not weak, or a time of change that lies so long before
 * the answer that no second change can hide behind it.
 */
export function validatorOf({ etag, ...headers }: Headers): string | undefined {
  if (etag !== undefined && /^"[^"]*"$/.test(etag)) return etag
  const changed = headers['last-modified']
  const ageMs = Date.parse(headers['date'] ?? '') - Date.parse(changed ?? '')
  return ageMs >= 1000 ? changed : undefined
}

/** `bytes 100-199/200` → from 100, of 200; an unknown length has no total. Undefined for what is no such range. */
export function contentRangeOf(
  header: string | undefined,
): { from: number; totalBytes?: number } | undefined {
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header ?? '') ?? []
  if (from === undefined) return undefined
  return { from: Number(from), ...(total !== '*' && { totalBytes: Number(total) }) }
}
