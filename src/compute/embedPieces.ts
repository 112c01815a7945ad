import type { Chunk, ChunkSettings, TextPiece } from '../domain/document.ts'
import type { EmbeddingModel } from '../domain/model.ts'
import type { EmbeddedChunk } from '../domain/work.ts'
import { chunkText } from '../documents/chunkText.ts'
import { splitTooLong } from '../documents/splitTooLong.ts'
import { termsAsJson, termsOf } from '../models/terms.ts'

const BATCH_CHUNKS = 64
// Between two batches short requests pass: however long a chunk may be, a batch is not much longer than this.
const BATCH_CHARACTERS = 128 * 1024

export interface PiecesParts {
  model: EmbeddingModel
  /** Awaited between batches, so that short requests pass. Throws when the work is to end. */
  betweenUnits: () => Promise<void>
  /** Takes all batches but the last; the next one begins when it returns. */
  handOver: (chunks: readonly EmbeddedChunk[]) => Promise<void>
}

/**
 * Cuts the text of a document into chunks and embeds them, at most 64 at a time. Returns the last of them, with their
 * count. A chunk that is too long for the model is divided.
 */
export async function embedPieces(
  pieces: AsyncIterable<TextPiece>,
  settings: ChunkSettings,
  { model, betweenUnits, handOver }: PiecesParts,
): Promise<{ lastChunks: EmbeddedChunk[]; chunkCount: number }> {
  let lastChunks: EmbeddedChunk[] = []
  let chunkCount = 0
  for await (const batch of batches(fitting(chunkText(pieces, settings), model))) {
    if (lastChunks.length > 0) await handOver(lastChunks)
    await betweenUnits()
    lastChunks = await embedBatch(model, batch, chunkCount)
    chunkCount += batch.length
  }
  return { lastChunks, chunkCount }
}

async function* fitting(chunks: AsyncIterable<Chunk>, { fits }: EmbeddingModel): AsyncGenerator<Chunk, void> {
  for await (const chunk of chunks) {
    if (!fits) yield chunk
    else for (const text of splitTooLong(chunk.text, fits)) yield { ...chunk, text }
  }
}

async function* batches(chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk[], void> {
  let batch: Chunk[] = []
  let characters = 0
  for await (const chunk of chunks) {
    batch.push(chunk)
    characters += chunk.text.length
    if (batch.length < BATCH_CHUNKS && characters < BATCH_CHARACTERS) continue
    yield batch
    batch = []
    characters = 0
  }
  if (batch.length > 0) yield batch
}

async function embedBatch(
  model: EmbeddingModel,
  chunks: readonly Chunk[],
  firstOrdinal: number,
): Promise<EmbeddedChunk[]> {
  const vectors = await model.text(
    chunks.map(({ text }) => text),
    'document',
  )
  return chunks.map(({ text, place }, at) => {
    const vector = vectors[at]
    if (!vector) throw new Error('the model gave fewer vectors than there were texts')
    return { ordinal: firstOrdinal + at, text, place, vector, termsJson: termsAsJson(termsOf(text)) }
  })
}
