import { expect, test } from 'vitest'
import { withApp } from '../../../test/support/withApp.ts'
import * as answers from './answers.ts'

const PATH = '/v2/ai/openai/embeddings'

const texts = (count: number) => Array.from({ length: count }, (_, index) => 'a'.repeat(index + 1))

test('many texts are embedded as documents, some at a time, and keep their order', async () => {
  const calls: { count: number; use: string }[] = []
  const app = await withApp(({ compute }) => ({
    compute: {
      ...compute,
      embedTexts: (model, batch, use, signal) => {
        calls.push({ count: batch.length, use })
        return compute.embedTexts(model, batch, use, signal)
      },
    },
  }))
  const input = [...texts(100), 'b']
  const response = await app.post(PATH, { model: 'tiny', input })
  const { data, usage } = answers.Embeddings.parse(await response.json())
  expect(data.map(({ index }) => index)).toEqual(input.map((_, index) => index))
  expect(data[100]?.embedding).toEqual([0, 0, 1, 0])
  expect(usage).toEqual({ prompt_tokens: 101, total_tokens: 101 })
  expect(calls).toEqual([
    { count: 64, use: 'document' },
    { count: 37, use: 'document' },
  ])
})

test('a model whose prefixes mean nothing has one dimension only', async () => {
  const app = await withApp()
  expect((await app.post(PATH, { model: 'tiny', input: 'a', dimensions: 4 })).status).toBe(200)
  const refused = await app.post(PATH, { model: 'tiny', input: 'a', dimensions: 2 })
  expect(refused.status).toBe(422)
  expect(await refused.json()).toMatchObject({ detail: [{ loc: ['body', 'dimensions'] }] })
})

test('numbers come back as the float32 that they are', async () => {
  const app = await withApp(({ compute }) => ({
    compute: { ...compute, embedTexts: async () => [Float32Array.of(0.1, -1 / 3, 1e-9, 0.5)] },
  }))
  const shown = async (format: string) =>
    answers.Embeddings.parse(
      await (await app.post(PATH, { model: 'tiny', input: 'a', encoding_format: format })).json(),
    ).data[0]?.embedding
  const plain = (await shown('float')) as number[]
  const bytes = Buffer.from((await shown('base64')) as string, 'base64')
  expect(plain.map(Math.fround)).toEqual(plain.map((_, index) => bytes.readFloatLE(index * 4)))
})
