import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { withCompute } from '../../test/support/computeParts.ts'
import type { EmbeddingModel } from '../domain/model.ts'
import { openBuiltin } from '../models/builtin/model.ts'
import { embedBatch } from './embedBatch.ts'

const ODD_CHILD = fileURLToPath(new URL('../../test/support/oddChild.process.ts', import.meta.url))
const NEVER = new AbortController().signal
const PIN = { id: 'builtin', revision: '1' }

test('many texts get their vectors in order, short requests pass in between', async () => {
  const builtin = openBuiltin()
  const texts = Array.from({ length: 150 }, (_, index) => `text ${index}`)
  let turns = 0
  let units = 0
  const vectors = await embedBatch(texts, {
    model: builtin,
    betweenUnits: async () => void turns++,
    onProgress: () => units++,
  })
  expect(vectors).toEqual(await builtin.text(texts, 'document'))
  expect([turns, units]).toEqual([3, 3])
  await builtin.close()
})

test('a text that the model cannot take whole has no vector, and the others have theirs', async () => {
  const builtin = openBuiltin()
  const narrow: EmbeddingModel = { ...builtin, fits: (text) => text.length < 10 }
  const idle = { betweenUnits: async () => {}, onProgress: () => {} }
  const texts = ['short', 'this is too long for it', 'short', 'small']
  const vectors = await embedBatch(texts, { model: narrow, ...idle })
  expect(vectors.map((vector) => vector?.length)).toEqual([512, undefined, 512, 512])
  expect(vectors[2]).toEqual(vectors[0])
  await builtin.close()
})

test('a child that dies of a text is replaced, and what it held beside is not blamed', async () => {
  const { compute } = await withCompute({ program: [process.execPath, ODD_CHILD] })
  const stop = new AbortController()
  const beside = compute.embedBatch(PIN, ['wait'], stop.signal)
  const told = beside.catch((failure: unknown) => failure)
  await expect(compute.embedBatch(PIN, ['crash'], NEVER)).rejects.toMatchObject({
    code: 'child_crashed',
    sharedChild: true,
  })
  expect(await told).toMatchObject({ code: 'child_crashed', sharedChild: true })
  // Alone it is the only suspect.
  await expect(compute.embedBatch(PIN, ['crash'], NEVER, { alone: true })).rejects.toMatchObject({
    code: 'child_crashed',
    sharedChild: false,
  })
  expect(await compute.embedBatch(PIN, ['fine'], NEVER)).toHaveLength(1)
})
