import { expect, test } from 'vitest'
import type { EmbeddingModel } from '../domain/model.ts'
import type { EmbeddedChunk } from '../domain/documentWork.ts'
import { openBuiltin } from '../models/builtin/model.ts'
import { embedding, embedPieces } from './embedPieces.ts'

async function* piecesOf(...texts: string[]) {
  for (const text of texts) yield { text, place: { page: 1 } }
}

/** Embeds one text and returns all its chunks. */
async function embedText(text: string, model: EmbeddingModel): Promise<readonly EmbeddedChunk[]> {
  const chunks: EmbeddedChunk[] = []
  const { lastChunks } = await embedPieces(
    piecesOf(text),
    { sizeCharacters: 1000, overlapCharacters: 0 },
    {
      maker: embedding(model),
      betweenUnits: async () => {},
      handOver: async (batch) => void chunks.push(...batch),
    },
  )
  return [...chunks, ...lastChunks]
}

test('a chunk that is too long for the model is divided, and no word is lost', async () => {
  const builtin = openBuiltin()
  const text = Array.from({ length: 100 }, (_, at) => `word${at}`).join(' ')
  expect(await embedText(text, builtin)).toHaveLength(1)

  const narrow: EmbeddingModel = { ...builtin, fits: (part) => part.split(' ').length <= 10 }
  const chunks = await embedText(text, narrow)
  expect(chunks.map((chunk) => chunk.text).join(' ')).toBe(text)
  expect(chunks.map(({ ordinal }) => ordinal)).toEqual(chunks.map((_, at) => at))
  expect(Math.max(...chunks.map((chunk) => chunk.text.split(' ').length))).toBeLessThanOrEqual(10)
  await builtin.close()
})
