const CODING = /^([\w*-]+)(?:\s*;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/

/**
 * Whether an `Accept-Encoding` asks for gzip (RFC 9110 §12.5.3): named or covered by `*`, not with weight 0, and not
 * liked less than plain bytes. No header asks for nothing.
 */
export function takesGzip(header: string | undefined): boolean {
  const weights = new Map<string, number>()
  for (const coding of (header ?? '').toLowerCase().split(',')) {
    const [, name, weight = '1'] = CODING.exec(coding.trim()) ?? []
    if (name !== undefined) weights.set(name, Number(weight))
  }
  const gzip = weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0
  return gzip > 0 && gzip >= (weights.get('identity') ?? 0)
}
