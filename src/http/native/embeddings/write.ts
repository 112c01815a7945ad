import { setImmediate } from 'node:timers/promises'
import type { Row } from './rows.ts'

type Pages = AsyncIterable<readonly Row[]>

const COMMA = Buffer.from(',')
const LINE_END = Buffer.from('\n')

/** Each row on a line of its own. */
export async function* writeLines(pages: Pages): AsyncGenerator<Buffer, void, void> {
  for await (const page of pages) {
    yield Buffer.concat(page.flatMap(({ bytes }) => [...bytes, LINE_END]))
    // A fast client takes every piece at once: without a turn of the loop nobody else would be served meanwhile.
    await setImmediate()
  }
}

/** An answer with at most `limit` rows; should there be one more, it says after which one to go on. */
export async function* writeJson(
  pages: Pages,
  head: object,
  limit: number,
): AsyncGenerator<Buffer, void, void> {
  yield Buffer.from(`${JSON.stringify(head).slice(0, -1)},"embeddings":[`)
  let count = 0
  let last: string | undefined
  let hasMore = false
  for await (const page of pages) {
    const told = page.slice(0, limit - count)
    hasMore ||= told.length < page.length
    if (told.length > 0)
      yield Buffer.concat(told.flatMap(({ bytes }, at) => (count + at > 0 ? [COMMA, ...bytes] : [...bytes])))
    count += told.length
    last = told.at(-1)?.id ?? last
    await setImmediate()
  }
  yield Buffer.from(hasMore ? `],"next_after":${JSON.stringify(last)}}` : ']}')
}
