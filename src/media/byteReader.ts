/** Takes bytes in the amounts that are wanted from a stream that gives them in others. */
export interface ByteReader {
  /** The next `wanted` bytes in memory of their own; fewer only at the end of the stream. */
  take(wanted: number): Promise<Uint8Array<ArrayBuffer>>
  /** Leaves out the next bytes; says how many there were. */
  skip(unwanted: number): Promise<number>
  /** Leaves the stream, also before its end. */
  close(): Promise<void>
}

export function makeByteReader(chunks: AsyncGenerator<Uint8Array, void>): ByteReader {
  let chunk: Uint8Array = new Uint8Array(0)

  /** Hands out the stream piece by piece, `amount` bytes in all. */
  async function pass(amount: number, use: (part: Uint8Array, at: number) => void): Promise<number> {
    let at = 0
    while (at < amount) {
      if (chunk.length === 0) {
        const next = await chunks.next()
        if (next.done) break
        chunk = next.value
      }
      const part = chunk.subarray(0, amount - at)
      use(part, at)
      chunk = chunk.subarray(part.length)
      at += part.length
    }
    return at
  }

  return {
    async take(wanted) {
      const bytes = new Uint8Array(wanted)
      const filled = await pass(wanted, (part, at) => bytes.set(part, at))
      return filled === wanted ? bytes : bytes.slice(0, filled)
    },
    skip: (unwanted) => pass(unwanted, () => undefined),
    async close() {
      await chunks.return()
    },
  }
}
