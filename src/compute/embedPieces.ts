import type { Chunk, ChunkSettings, TextPiece } from '../domain/document.ts'
import type { EmbeddingModel } from '../domain/model.ts'
import type { CutChunk, EmbeddedChunk } from '../domain/documentWork.ts'
import { chunkText } from '../documents/chunkText.ts'
import { splitTooLong } from '../documents/splitTooLong.ts'
import { countTokens } from '../models/countTokens.ts'
import { termsAsJson, termsOf } from '../models/terms.ts'

const BATCH_CHUNKS = 64
// Between two batches short requests pass: however long a chunk may be, a batch is not much longer than this.
const BATCH_CHARACTERS = 128 * 1024

/** What is made of the chunks of a document. */
export interface ChunkMaker<Made extends CutChunk> {
  make: (chunks: readonly CutChunk[]) => Promise<readonly Made[]>
  /** Says whether a chunk can be taken whole. Absent: any can. */
  fits?: EmbeddingModel['fits']
}

export interface PiecesParts<Made extends CutChunk> {
  maker: ChunkMaker<Made>
  /** Awaited between batches, so that short requests pass. Throws when the work is to end. */
  betweenUnits: () => Promise<void>
  /** Takes all batches but the last; the next one begins when it returns. */
  handOver: (chunks: readonly Made[]) => Promise<void>
}

/** Gives chunks their vectors. */
export const embedding = (model: EmbeddingModel): ChunkMaker<EmbeddedChunk> => ({
  ...(model.fits && { fits: model.fits }),
  async make(chunks) {
    const vectors = await model.text(
      chunks.map(({ text }) => text),
      'document',
    )
    return chunks.map((chunk, at) => {
      const vector = vectors[at]
      if (!vector) throw new Error('the model gave fewer vectors than there were texts')
      return { ...chunk, vector }
    })
  },
})

/** Leaves chunks as they are cut. */
export const cutting: ChunkMaker<CutChunk> = { make: async (chunks) => chunks }

/**
 * Cuts the text of a document into chunks and makes of them what is wanted, at most 64 at a time. Returns the last of
 * them, with the count of all and of their tokens. A chunk that is too long to be taken is divided.
 */
export async function embedPieces<Made extends CutChunk>(
  pieces: AsyncIterable<TextPiece>,
  settings: ChunkSettings,
  { maker, betweenUnits, handOver }: PiecesParts<Made>,
): Promise<{ lastChunks: readonly Made[]; chunkCount: number; textTokens: number }> {
  let lastChunks: readonly Made[] = []
  let chunkCount = 0
  let textTokens = 0
  for await (const batch of batches(fitting(chunkText(pieces, settings), maker.fits))) {
    if (lastChunks.length > 0) await handOver(lastChunks)
    await betweenUnits()
    lastChunks = await maker.make(numbered(batch, chunkCount))
    chunkCount += batch.length
    for (const { text } of batch) textTokens += countTokens(text)
  }
  return { lastChunks, chunkCount, textTokens }
}

const numbered = (chunks: readonly Chunk[], firstOrdinal: number): CutChunk[] =>
  chunks.map(({ text, place }, at) => ({
    ordinal: firstOrdinal + at,
    text,
    place,
    termsJson: termsAsJson(termsOf(text)),
  }))

async function* fitting(
  chunks: AsyncIterable<Chunk>,
  fits: EmbeddingModel['fits'],
): AsyncGenerator<Chunk, void> {
  for await (const chunk of chunks) {
    if (!fits) yield chunk
    else for (const text of splitTooLong(chunk.text, fits)) yield { ...chunk, text }
  }
}

/** As many texts as are embedded in one go: a bounded number of them, and of characters. */
export async function* batches<Cut extends { text: string }>(
  chunks: AsyncIterable<Cut> | Iterable<Cut>,
): AsyncGenerator<Cut[], void> {
  let batch: Cut[] = []
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
