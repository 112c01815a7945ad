// Longer lines come in parts: there are files without a single line end.
const LONGEST_LINE = 1024 * 1024

/** The lines of a text, without their ends. One of more than a million characters comes in parts. */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string, void> {
  let rest = ''
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
    if (rest.length > LONGEST_LINE) {
      yield rest
      rest = ''
    }
  }
  if (rest !== '') yield rest
}
