/** A line of a file, where it stands. */
export interface FileLine {
  /** From 1. */
  number: number
  /** Of its first byte. */
  startByte: number
  /** Of the byte after its end, line feed included. */
  endByte: number
  /** Without its end. Null: it is longer than is taken, or no UTF-8. */
  text: string | null
  isTooLong: boolean
}

const LINE_FEED = 10
const BOM = Buffer.from('\uFEFF')

export interface LinesOptions {
  /** In bytes; a longer line is passed over without being held. */
  mostBytes: number
  /** What stands before the bytes that are read. */
  from?: { line: number; byte: number }
}

/**
 * The lines of a file that have anything in them. Memory is bounded by the longest line that is taken. Ends are LF or CR
 * LF, the last one may be missing; a byte order mark at the beginning is no part of the first line.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  { mostBytes, from = { line: 0, byte: 0 } }: LinesOptions,
): AsyncGenerator<FileLine, void> {
  let number = from.line
  let startByte = from.byte
  let endByte = from.byte
  let pieces: Uint8Array[] = []

  const add = (piece: Uint8Array) => {
    endByte += piece.length
    if (endByte - startByte <= mostBytes + 1) pieces.push(piece)
    else pieces = []
  }

  function take(): FileLine | undefined {
    number++
    const isTooLong = endByte - startByte > mostBytes + 1
    const text = isTooLong ? null : textOf(Buffer.concat(pieces), startByte === 0)
    const line = { number, startByte, endByte, text, isTooLong }
    startByte = endByte
    pieces = []
    return text?.trim() === '' ? undefined : line
  }

  for await (const chunk of chunks) {
    let at = 0
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, at)
      if (end < 0) break
      add(chunk.subarray(at, end + 1))
      at = end + 1
      const line = take()
      if (line) yield line
    }
    if (at < chunk.length) add(chunk.subarray(at))
  }
  const last = endByte > startByte ? take() : undefined
  if (last) yield last
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf(bytes: Buffer, isFirst: boolean): string | null {
  const own = isFirst && bytes.subarray(0, BOM.length).equals(BOM) ? bytes.subarray(BOM.length) : bytes
  try {
    return decoder.decode(own).replace(/\r?\n$/, '')
  } catch {
    return null
  }
}
