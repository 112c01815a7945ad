import { setImmediate } from 'node:timers/promises'
import { maxJsonBytes, writeFloats } from '../lib/floatJson.ts'

/** Vectors as contracts that follow OpenAI's list them. */
export interface EmbeddingList {
  /** In the order of the texts. */
  vectors: readonly Float32Array[]
  encoding: VectorEncoding
  model: string
  tokenCount: number
  /** Keys that the contract does not know. */
  more: object
}

export type VectorEncoding = 'float' | 'base64'

/** Writing so many takes a few milliseconds; then others get their turn. */
const TURN_NUMBERS = 50_000

/** The JSON of the list: numbers with as many digits as give every float32 back, or base64 of them, little-endian. */
export async function embeddingListJson(list: EmbeddingList): Promise<Buffer> {
  const pieces: Uint8Array[] = [Buffer.from('{"object":"list","data":[')]
  let numbers = 0
  for (const [index, vector] of list.vectors.entries()) {
    const head = `${index > 0 ? ',' : ''}{"object":"embedding","index":${index},"embedding":`
    pieces.push(Buffer.from(head), ENCODE[list.encoding](vector), Buffer.from('}'))
    numbers += vector.length
    if (numbers < TURN_NUMBERS) continue
    numbers = 0
    await setImmediate()
  }
  const { model, tokenCount, more } = list
  const usage = { prompt_tokens: tokenCount, total_tokens: tokenCount }
  pieces.push(Buffer.from(`],${JSON.stringify({ model, usage, ...more }).slice(1)}`))
  return Buffer.concat(pieces)
}

const ENCODE: Readonly<Record<VectorEncoding, (vector: Float32Array) => Uint8Array>> = {
  float(vector) {
    const target = Buffer.allocUnsafe(maxJsonBytes(vector.length))
    return target.subarray(0, writeFloats(vector, target, 0))
  },
  base64(vector) {
    const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT)
    vector.forEach((value, index) => bytes.writeFloatLE(value, index * Float32Array.BYTES_PER_ELEMENT))
    return Buffer.from(`"${bytes.toString('base64')}"`)
  },
}
