/** A span by its ids, hex. */
export interface SpanIds {
  traceId: string
  spanId: string
  /** 1: it is recorded. */
  traceFlags: number
}

const VERSION = '00'
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/

/** What a `traceparent` says (https://www.w3.org/TR/trace-context/#traceparent-header); undefined for one that is wrong. */
export function parseTraceparent(text: string): SpanIds | undefined {
  const [, traceId, spanId, flags = ''] = TRACEPARENT.exec(text) ?? []
  if (traceId === undefined || spanId === undefined) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1 }
}

export const traceparentOf = ({ traceId, spanId, traceFlags }: SpanIds): string =>
  `${VERSION}-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
