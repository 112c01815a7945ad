const RFC3339 =
  /^(\d{4}-\d\d-\d\d)[t ]((?:[01]\d|2[0-3]):[0-5]\d):([0-5]\d|60)(\.\d+)?(z|[+ -](?:[01]\d|2[0-3]):[0-5]\d)$/i

/**
 * Milliseconds since 1970 of an RFC 3339 time in a query, undefined when it is none. A space is taken for the `T`, which
 * the RFC allows, and for the `+` of an offset, which it becomes where a caller forgot to escape it. A leap second is
 * the first second of the next minute.
 */
export function parseTimestamp(text: string): number | undefined {
  const [, day = '', minute = '', second = '', fraction = '', offset = ''] = RFC3339.exec(text) ?? []
  if (!isCalendarDay(day)) return undefined
  return (
    Date.parse(`${day}T${minute}:00${fraction}${offset.replace(' ', '+').toUpperCase()}`) +
    1000 * Number(second)
  )
}

/** False for the 31st of a month that has none, from which JavaScript would count on. */
function isCalendarDay(day: string): boolean {
  const midnight = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day)
}
