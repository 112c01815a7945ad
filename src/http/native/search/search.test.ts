import { expect, test } from 'vitest'
import { embedBucket, fillHandbook } from '../../../../test/support/handbook.ts'
import { REQUEST } from '../../../../test/support/taskRoom.ts'
import { withApp, type TestApp } from '../../../../test/support/withApp.ts'
import { createAsset } from '../../../tasks/assets.ts'
import { createMediaTask } from '../../../tasks/create.ts'

interface Answer {
  query: object
  results: { kind: string; score: number; moments: Record<string, unknown>[] }[]
  skipped: object[]
  explain?: object
}

async function find(app: TestApp, body: object): Promise<Answer> {
  const response = await app.post('/api/search', body)
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}

async function embedFilm({ room }: TestApp): Promise<{ assetId: string; taskId: string }> {
  const received = await room.received('a film')
  const order = { received, filename: 'film.mp4', userMetadata: { year: 2024, colour: 'red' } }
  const { id: assetId } = await createAsset(room.parts, room.account, order)
  await room.drain()
  const source = { assetId }
  const task = await createMediaTask(room.parts, room.account, {
    modelName: 'tiny',
    request: REQUEST,
    source,
  })
  await room.drain()
  return { assetId, taskId: task.id }
}

const base64 = Buffer.from('a picture').toString('base64')

test('an answer tells the asset with its moments, and how it came about', async () => {
  const app = await withApp()
  const { assetId, taskId } = await embedFilm(app)
  const response = await app.post('/api/search', { text: 'aa', moments: 1, explain: true })
  expect(response.headers.get('x-embedline-model')).toBe('tiny@1')
  expect(response.headers.get('x-embedline-search')).toBe('exact')
  expect(await response.json()).toEqual({
    method: 'exact',
    query: { type: 'text', model: { id: 'tiny', revision: '1' }, space: 'tiny', dimension: 4 },
    results: [
      {
        kind: 'asset',
        score: 1,
        asset: {
          id: assetId,
          filename: 'film.mp4',
          mime_type: 'video/mp4',
          user_metadata: { year: 2024, colour: 'red' },
        },
        moments: [{ score: 1, task_id: taskId, option: 'visual', scope: 'clip', start_sec: 0, end_sec: 6 }],
      },
    ],
    skipped: [],
    explain: {
      model: expect.objectContaining({ id: 'tiny', precision: 'float32' }) as object,
      searched: [
        {
          kind: 'tasks',
          vectors: 52,
          matching_vectors: 50,
          method: 'exact',
          scan: 'int8, WebAssembly SIMD',
          rescored_float32: expect.any(Number) as number,
          timings_ms: { load: expect.any(Number) as number, search: expect.any(Number) as number },
        },
      ],
      timings_ms: { embed: expect.any(Number) as number, total: expect.any(Number) as number },
    },
  })
})

test('a file of a bucket is told with the text and the place of its chunks', async () => {
  const app = await withApp()
  await fillHandbook(app.room)
  await embedBucket(app.room)
  const { results } = await find(app, { text: 'aa', in: { buckets: ['handbook'] }, limit: 1 })
  expect(results).toEqual([
    {
      kind: 'file',
      score: 1,
      bucket: 'handbook',
      key: 'a.txt',
      moments: [
        { score: 1, option: 'text', scope: 'chunk', chunk: 0, text: 'aaa', place: { row: 1 } },
        expect.objectContaining({ text: 'aab' }) as object,
      ],
    },
  ])
})

test('every kind of query is taken, as JSON or as a file in a form', async () => {
  const app = await withApp()
  const { assetId, taskId } = await embedFilm(app)
  const vector = Buffer.from(Float32Array.of(2, 0, 0, 0).buffer).toString('base64')
  for (const body of [
    { text: 'aa' },
    { image: { base64 } },
    { image: { asset_id: assetId } },
    { audio: { base64, start_sec: 0, end_sec: 3 } },
    { video: { asset_id: assetId } },
    { clip: { task_id: taskId, start_sec: 3 } },
    { clip: { asset_id: assetId, start_sec: 3, end_sec: 9, option: 'audio' } },
    { clip: { task_id: taskId } },
    { vector: [2, 0, 0, 0] },
    { vector, space: 'tiny', model: 'tiny' },
  ]) {
    const { query, results } = await find(app, body)
    expect(query).toMatchObject({ type: Object.keys(body)[0] })
    expect(results).toHaveLength(1)
  }
  for (const kind of ['image', 'audio', 'video']) {
    const form = new FormData()
    form.set('request', JSON.stringify({ limit: 1, moments: 1 }))
    form.set(kind, new Blob(['bytes']), 'name')
    const response = await app.fetch('/api/search', { method: 'POST', body: form })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      query: { type: kind },
      results: [{ moments: { length: 1 } }],
    })
  }
  expect(await app.leftovers()).toEqual([])
})

test('filters are of option, scope, time, metadata and key', async () => {
  const app = await withApp()
  await embedFilm(app)
  const count = async (filter: object) => (await find(app, { text: 'aa', filter })).results.length
  for (const filter of [
    { option: 'audio' },
    { option: ['visual', 'text'], scope: 'asset' },
    { start_sec: 140 },
    { start_sec: 1, end_sec: 2 },
    { metadata: { year: 2024 } },
    { metadata: { year: { gte: 2024, lt: 2025 }, colour: ['blue', 'red'] } },
  ])
    expect([filter, await count(filter)]).toEqual([filter, 1])
  for (const filter of [
    { option: 'text' },
    { scope: ['page', 'chunk'] },
    { start_sec: 151 },
    { metadata: { year: '2024' } },
    { metadata: { year: { gt: 2024 } } },
    { metadata: { colour: 'red', toString: 'x' } },
    { key: '*.mp4' },
  ])
    expect([filter, await count(filter)]).toEqual([filter, 0])
})

test('what is asked for wrongly is refused, and named', async () => {
  const app = await withApp()
  const { taskId } = await embedFilm(app)
  const nan = Buffer.from(Float32Array.of(Number.NaN, 0, 0, 0).buffer).toString('base64')
  for (const [body, status, field] of [
    [{}, 400, undefined],
    [{ text: 'a', vector: [1] }, 400, 'vector'],
    [{ text: 'a', bogus: 1 }, 400, 'bogus'],
    [{ text: '' }, 400, 'text'],
    [{ text: 'word '.repeat(501) }, 400, 'text'],
    [{ text: 'a', space: 'tiny' }, 400, 'space'],
    [{ text: 'a', limit: 101 }, 400, 'limit'],
    [{ text: 'a', limit: 1e12 }, 400, 'limit'],
    [{ text: 'a', moments: 0 }, 400, 'moments'],
    [{ text: 'a', min_score: 2 }, 400, 'min_score'],
    [{ text: 'a', model: 'nothing' }, 400, 'model'],
    [{ text: 'a', in: {} }, 400, 'in'],
    [{ text: 'a', in: { tasks: ['x'] } }, 404, 'in.tasks'],
    [{ text: 'a', in: { assets: ['x'] } }, 404, 'in.assets'],
    [{ text: 'a', in: { buckets: ['x'] } }, 404, 'in.buckets'],
    [{ text: 'a', filter: { start_sec: 2, end_sec: 1 } }, 400, 'filter.end_sec'],
    [{ text: 'a', filter: { metadata: { a: null } } }, 400, 'filter.metadata.a'],
    [{ image: {} }, 400, 'image'],
    [{ image: { base64: 'a' } }, 400, 'image.base64'],
    [{ image: { asset_id: 'x' } }, 400, 'image.asset_id'],
    [{ image: { url: 'http://127.0.0.9/' } }, 400, 'image.url'],
    [{ audio: { base64, start_sec: 3, end_sec: 3 } }, 400, 'audio.end_sec'],
    [{ clip: {} }, 400, 'clip'],
    [{ clip: { task_id: taskId, start_sec: 0, page: 1 } }, 400, 'clip.page'],
    [{ clip: { task_id: taskId, end_sec: 1 } }, 400, 'clip.end_sec'],
    [{ clip: { task_id: taskId, start_sec: 0, end_sec: 601 } }, 400, 'clip.end_sec'],
    [{ clip: { task_id: taskId, start_sec: 500 } }, 400, 'clip'],
    [{ clip: { task_id: taskId, start_sec: 0 }, model: 'tiny' }, 400, 'model'],
    [{ clip: { task_id: 'x' } }, 404, 'clip.task_id'],
    [{ vector: [1, 2, 3] }, 400, 'vector'],
    [{ vector: [0, 0, 0, 0] }, 400, 'vector'],
    [{ vector: [1, null, 0, 0] }, 400, 'vector'],
    [{ vector: nan }, 400, 'vector'],
    [{ vector: 'AAAA' }, 400, 'vector'],
    [{ vector: [1, 0, 0, 0], space: 'else' }, 400, 'space'],
  ] as const) {
    const response = await app.post('/api/search', body)
    const problem = (await response.json()) as { field?: string }
    expect([body, response.status, problem.field]).toEqual([body, status, field])
    expect(response.headers.get('content-type')).toContain('application/problem+json')
  }
  const form = new FormData()
  form.set('limit', '3')
  const response = await app.fetch('/api/search', { method: 'POST', body: form })
  expect([response.status, await response.json()]).toMatchObject([400, { field: 'limit' }])
})
