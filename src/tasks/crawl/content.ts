import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { MostBytes } from '../../domain/limitFacts.ts'
import type { Objects } from '../../objects/objects.ts'

/** What came from a site, whole. */
export interface Content {
  /** Hex. */
  sha256: string
  md5: string
  sizeBytes: number
  bytes(): AsyncIterable<Uint8Array>
  /** Forgets it; nothing may be read of it any more. */
  drop(): Promise<void>
}

/** Content that is in memory. */
export function contentOf(bytes: Buffer): Content {
  const digest = (algorithm: string) => createHash(algorithm).update(bytes).digest('hex')
  return {
    sha256: digest('sha256'),
    md5: digest('md5'),
    sizeBytes: bytes.length,
    async *bytes() {
      yield bytes
    },
    drop: async () => {},
  }
}

/** Writes content to a temporary place. Throws what reading it throws, `disk_full`. */
export async function keepContent(
  objects: Objects,
  source: AsyncIterable<Uint8Array>,
  limitBytes: MostBytes,
): Promise<Content> {
  const upload = await objects.receive(limitBytes)
  const md5 = createHash('md5')
  try {
    for await (const chunk of source) {
      md5.update(chunk)
      await upload.write(chunk)
    }
    const { hash, sizeBytes, temporaryPath } = await upload.finish()
    return {
      sha256: hash,
      md5: md5.digest('hex'),
      sizeBytes,
      bytes: () => createReadStream(temporaryPath),
      drop: () => upload.abandon(),
    }
  } catch (failure) {
    await upload.abandon()
    throw failure
  }
}
