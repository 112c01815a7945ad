import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { isSpoilt, storageSpoilt } from './failure.ts'
import type { Reading } from './read.ts'

/** So much waits here: an object of that size is compared before anybody sees any of it, of a larger one its end. */
const HELD_BYTES = 1024 ** 2

type Chunks = AsyncGenerator<Uint8Array, void>

/** What the bytes must come to, hex. Without one they are not compared. */
export interface Sums {
  sha256?: string
  /** Of what has no SHA-256. */
  md5?: string | undefined
}

/**
 * Opens a reading that never ends well with other bytes than the sum says: its last piece is handed out when they were
 * compared, else it throws `storage_unavailable` with the reason `storage_spoilt`. Returns when the first piece is here;
 * what is wrong before that is read once more. Undefined: `begin` found nothing. Throws as it does.
 */
export async function readChecked(
  begin: () => Promise<Reading | undefined>,
  sums: Sums | ((reading: Reading) => Sums),
): Promise<Readable | undefined> {
  for (let isLast = false; ; isLast = true) {
    const reading = await begin()
    if (!reading) return undefined
    const pieces = checked(reading.chunks, typeof sums === 'function' ? sums(reading) : sums)
    try {
      return streamOf(await pieces.next(), pieces)
    } catch (failure) {
      if (isLast || !isSpoilt(failure)) throw failure
    }
  }
}

async function* checked(chunks: Chunks, { sha256, md5 }: Sums): Chunks {
  const expected = sha256 ?? md5
  if (expected === undefined) return yield* chunks
  const hash = createHash(sha256 === undefined ? 'md5' : 'sha256')
  let held: Uint8Array[] = []
  let heldBytes = 0
  for await (const chunk of chunks) {
    hash.update(chunk)
    if (heldBytes + chunk.length > HELD_BYTES) {
      yield* held
      held = []
      heldBytes = 0
    }
    held.push(chunk)
    heldBytes += chunk.length
  }
  if (hash.digest('hex') !== expected) throw storageSpoilt()
  yield* held
}

function streamOf(first: IteratorResult<Uint8Array, void>, rest: Chunks): Readable {
  async function* all(): Chunks {
    if (first.done) return
    yield first.value
    yield* rest
  }
  // Of a stream that nobody reads `all` is never begun, and would not end what it reads from.
  return Readable.from(all(), { objectMode: false }).once('close', () => void rest.return())
}
