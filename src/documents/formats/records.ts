// A quote that is never closed must not make one record of all the rest.
const MOST_LINES = 1000
const MOST_CHARACTERS = 256 * 1024

/** The records of a table with quotes: a record goes on in the next line while a quote is open. Empty ones are left out. */
export async function* recordsOf(lines: AsyncIterable<string>): AsyncGenerator<string, void> {
  let open: string[] = []
  let length = 0
  for await (const line of lines) {
    if (open.length === 0 && !hasOpenQuote(line)) {
      if (line.trim() !== '') yield line
      continue
    }
    open.push(line)
    length += line.length
    const isClosed = open.length > 1 && hasOpenQuote(line)
    if (isClosed) yield open.join('\n')
    else if (open.length < MOST_LINES && length < MOST_CHARACTERS) continue
    else yield* withoutEmpty(open)
    open = []
    length = 0
  }
  yield* withoutEmpty(open)
}

/** True for an odd number of quotes: the line opens one that it does not close, or closes one that was open. */
function hasOpenQuote(line: string): boolean {
  let isOpen = false
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) isOpen = !isOpen
  return isOpen
}

const withoutEmpty = (lines: readonly string[]): string[] => lines.filter((line) => line.trim() !== '')
