import { OpenAI } from 'openai'
import { expect, test } from 'vitest'
import { KEY, withApp } from '../../../test/support/withApp.ts'
import { operations } from './openapi.ts'
import { ROUTES } from './routes.ts'

test('every route is described, and everything that is described is a route', () => {
  const described = operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`)
  const routes = ROUTES.map(
    ({ method, path }) => `${method} ${path.replace('/*', '/{model}').replace(/:(\w+)/g, '{$1}')}`,
  )
  expect(described.toSorted()).toEqual(routes.toSorted())
})

test('what a body that is too large is told, is told in the envelope, and nothing of it stays', async () => {
  const app = await withApp(({ limits }) => ({ limits: { ...limits, batchBytes: 1000 } }))
  const client = new OpenAI({ apiKey: KEY, baseURL: `${app.url}/v1`, maxRetries: 0 })
  const file = new File(['a'.repeat(2000)], 'large.jsonl')
  await expect(client.files.create({ file, purpose: 'batch' })).rejects.toMatchObject({
    status: 413,
    error: { type: 'invalid_request_error', param: 'file' },
  })
  expect(await app.leftovers()).toEqual([])
})

test('many vectors come back in the order of their texts', async () => {
  const app = await withApp()
  const input = Array.from({ length: 2048 }, () => 'a')
  const client = new OpenAI({ apiKey: KEY, baseURL: `${app.url}/v1`, maxRetries: 0 })
  const { data } = await client.embeddings.create({ model: 'tiny', input })
  expect(data.map(({ index }) => index)).toEqual(input.map((_, index) => index))
  expect(data[2047]?.embedding).toEqual([1, 0, 0, 0])
})
