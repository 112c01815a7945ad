const PAGE_BYTES = 1024 * 1024

/** Puts rows, as they are read, into pages of about a megabyte. */
export async function* pagesOf<Row, Entry>(
  rows: AsyncIterable<Row>,
  entryOf: (row: Row) => { entry: Entry; sizeBytes: number },
): AsyncGenerator<readonly Entry[]> {
  let page: Entry[] = []
  let bytes = 0
  for await (const row of rows) {
    const { entry, sizeBytes } = entryOf(row)
    page.push(entry)
    bytes += sizeBytes
    if (bytes < PAGE_BYTES) continue
    yield page
    page = []
    bytes = 0
  }
  if (page.length > 0) yield page
}
