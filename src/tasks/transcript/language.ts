/** A language tag as BCP 47 writes it; also of the older three letters that files name: `ger` → `de`. */
function canonical(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag.replaceAll('_', '-'))[0]?.toLowerCase()
  } catch {
    return undefined
  }
}

/**
 * True when a language is the wanted one or a kind of it (RFC 4647 §3.3.1): `en` takes `en-GB`, and `en-GB` does not take
 * `en`.
 */
export function isInLanguage(language: string | undefined, wanted: string): boolean {
  if (language === undefined) return false
  const [tag, range] = [canonical(language), canonical(wanted)]
  if (tag === undefined || range === undefined) return language === wanted
  return tag === range || tag.startsWith(`${range}-`)
}
