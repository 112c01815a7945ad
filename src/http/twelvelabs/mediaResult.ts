import { setImmediate } from 'node:timers/promises'
import type { EncodedEmbedding } from '../../domain/embedding.ts'
import { maxJsonBytes, writeFloats } from '../../lib/floatJson.ts'
import { unitPrefix } from '../../lib/unitPrefix.ts'
import type { MediaEmbedding, MediaEmbeddings } from '../../tasks/embedMediaNow.ts'
import { mostShown } from './dimension.ts'
import { presentMediaTail } from './present.ts'
import { encodePage, type RowShape } from './taskResult.ts'

/** So many are written before others get their turn: about a millisecond. */
const PAGE_VECTORS = 32

/** The answer to media that was embedded at once, as bytes of JSON in pieces. */
export async function* mediaResult(result: MediaEmbeddings): AsyncGenerator<Buffer, void, void> {
  yield Buffer.from('{"data":[')
  yield* mediaRows(result)
  yield Buffer.from(`],${JSON.stringify(presentMediaTail(result)).slice(1)}`)
}

/** The vectors of such an answer, with commas between them. */
export async function* mediaRows(
  { embeddings, model }: Pick<MediaEmbeddings, 'embeddings' | 'model'>,
  shape?: RowShape,
): AsyncGenerator<Buffer, void, void> {
  const most = mostShown(model)
  for (let from = 0; from < embeddings.length; from += PAGE_VECTORS) {
    const page = embeddings.slice(from, from + PAGE_VECTORS)
    yield encodePage(
      page.map((each) => encode(each, most)),
      from === 0 ? '' : ',',
      shape,
    )
    await setImmediate()
  }
}

function encode({ vector, ...place }: MediaEmbedding, most: number): EncodedEmbedding {
  const shown = unitPrefix(vector, most)
  const bytes = new Uint8Array(maxJsonBytes(shown.length))
  return { ...place, vectorJson: bytes.subarray(0, writeFloats(shown, bytes, 0)) }
}
