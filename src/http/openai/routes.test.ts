import { OpenAI } from 'openai'
import { expect, test } from 'vitest'
import { requestLines } from '../../../test/support/batches.ts'
import { madeKey, setQuotas } from '../../../test/support/madeKeys.ts'
import { KEY, withApp } from '../../../test/support/withApp.ts'

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

test('a batch is shown, waited for and cancelled at the native door too', async () => {
  const app = await withApp()
  const client = new OpenAI({ apiKey: KEY, baseURL: `${app.url}/v1`, maxRetries: 0 })
  const file = new File([requestLines(3).join('\n')], 'mine.jsonl')
  const { id } = await client.files.create({ file, purpose: 'batch' })
  const batch = await client.batches.create({
    input_file_id: id,
    endpoint: '/v1/embeddings',
    completion_window: '24h',
  })
  const path = `/api/tasks/${batch.id.replace('batch_', '')}`
  const shown = async () => (await app.fetch(path)).json()
  expect(await shown()).toMatchObject({
    kind: 'batch',
    state: 'queued',
    input: { type: 'batch', filename: 'mine.jsonl', requests_total: 0 },
  })
  await app.room.drain()
  expect(await shown()).toMatchObject({
    state: 'ready',
    model: { id: 'tiny', name: 'tiny' },
    input: { requests_total: 3, requests_done: 3 },
    progress: { fraction: 1, items_done: 1 },
  })
  expect((await app.fetch(`${path}/items`)).status).toBe(200)
  expect((await app.fetch(`${path}/history`)).status).toBe(200)
  expect((await app.fetch(`${path}/embeddings`)).status).toBe(409)
  expect((await app.fetch(`${path}/retry`, { method: 'POST' })).status).toBe(409)
  expect(await (await app.fetch('/api/tasks?kind=batch')).json()).toMatchObject({
    tasks: [{ kind: 'batch' }],
  })
  // The doors of media and buckets do not know it.
  expect((await app.fetch(`/v1.3/embed-v2/tasks/${batch.id.replace('batch_', '')}`)).status).toBe(404)
})

test('a batch that was taken waits while the tokens of its account are spent, and no other one is taken', async () => {
  const app = await withApp()
  await setQuotas(app, { tokens_per_day: 100 })
  const client = new OpenAI({ apiKey: KEY, baseURL: `${app.url}/v1`, maxRetries: 0 })
  const file = new File([requestLines(200).join('\n')], 'mine.jsonl')
  const { id } = await client.files.create({ file, purpose: 'batch' })
  const order = { input_file_id: id, endpoint: '/v1/embeddings', completion_window: '24h' } as const
  const batch = await client.batches.create(order)
  await app.room.drain()
  expect(await client.batches.retrieve(batch.id)).toMatchObject({
    status: 'in_progress',
    request_counts: { total: 200, completed: 128 },
  })
  const spent = { status: 429, code: 'rate_limit_exceeded' }
  await expect(client.batches.create(order)).rejects.toMatchObject(spent)
  await expect(client.embeddings.create({ model: 'tiny', input: 'a' })).rejects.toMatchObject(spent)
  app.room.clock.advance(24 * 3_600_000)
  await app.room.drain()
  expect(await client.batches.retrieve(batch.id)).toMatchObject({
    status: 'completed',
    request_counts: { completed: 200 },
  })
})

test('a key that may only read embeds at once, and makes neither files nor batches', async () => {
  const app = await withApp()
  const { secret } = await madeKey(app, { scopes: ['read'] })
  const client = new OpenAI({ apiKey: secret, baseURL: `${app.url}/v1`, maxRetries: 0 })
  expect((await client.embeddings.create({ model: 'tiny', input: 'a' })).data).toHaveLength(1)
  expect((await client.models.list()).data.length).toBeGreaterThan(0)
  const file = new File([requestLines(1).join('\n')], 'mine.jsonl')
  await expect(client.files.create({ file, purpose: 'batch' })).rejects.toMatchObject({
    status: 403,
    code: 'insufficient_permissions',
  })
})
