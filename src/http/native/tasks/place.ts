/** Where something stands in a list that goes by time. */
export interface Place<Id> {
  createdMs: number
  id: Id
}

/** As `next_after` of a page. */
export const wordOf = ({ createdMs, id }: Place<string | number>): string => `${createdMs}.${id}`

/** From `after` of a request. */
export function placeOf(word: string): Place<string> {
  const dot = word.indexOf('.')
  return { createdMs: Number(word.slice(0, dot)), id: word.slice(dot + 1) }
}
