import { expect, test } from 'vitest'
import { withCompute } from '../../test/support/computeParts.ts'
import { GEMMA, gemmaModels, gemmaSettings } from '../../test/support/gemmaFixture.ts'
import { madeMedia } from '../../test/support/madeMedia.ts'
import { cosine } from '../../test/support/vectors.ts'
import { BUILTIN_ONLY } from '../models/settings.ts'

/** Children with the tiny stand-in for EmbeddingGemma 2. */
async function withGemma() {
  const { folder } = await gemmaModels()
  return withCompute({ models: { ...BUILTIN_ONLY, gemma: gemmaSettings(folder) } })
}

const plain = (colour: string) =>
  madeMedia(`${colour}.png`, ['-f', 'lavfi', '-i', `color=${colour}:size=320x240`, '-frames:v', '1'])

test('a word finds its texts and its picture, in the child', async () => {
  const { compute } = await withGemma()
  const [dog, red] = await compute.embedTexts(GEMMA, ['puppy', 'red'], 'query')
  const [dogs, bank] = await compute.embedTexts(
    GEMMA,
    ['The dog runs in the forest', 'The bank sends an invoice for the loan'],
    'document',
  )
  expect(cosine(dog!, dogs!)).toBeGreaterThan(cosine(dog!, bank!) + 0.1)
  const pictures = [
    await compute.embedPicture({ model: GEMMA, file: await plain('red') }),
    await compute.embedPicture({ model: GEMMA, file: await plain('blue') }),
  ]
  expect(cosine(red!, pictures[0]!)).toBeGreaterThan(cosine(red!, pictures[1]!) + 0.2)
})
