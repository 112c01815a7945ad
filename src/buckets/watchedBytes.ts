export interface WatchedBytes {
  bytes: AsyncIterable<Uint8Array>
  /** True once the source itself has failed, so that its failure is told from one of whoever reads it. */
  hasFailed(): boolean
}

export function watchBytes(source: AsyncIterable<Uint8Array>): WatchedBytes {
  let hasFailed = false
  async function* bytes() {
    try {
      yield* source
    } catch (failure) {
      hasFailed = true
      throw failure
    }
  }
  return { bytes: bytes(), hasFailed: () => hasFailed }
}
