import { expect, test } from 'vitest'
import { withApp, type TestApp } from '../../../../test/support/withApp.ts'

interface Answer {
  created: number
  existing: number
  refused: number
  results: {
    index: number
    status: string
    client_ref?: string
    task?: { id: string; state: string; input: object } | null
    error?: { code: string; status: number; field?: string; detail: string }
  }[]
}

async function asset(app: TestApp, content = 'a clip'): Promise<string> {
  const body = new FormData()
  body.append('method', 'direct')
  body.append('file', new Blob([content]), 'clip.mp4')
  const { _id: id } = (await (await app.fetch('/v1.3/assets', { method: 'POST', body })).json()) as {
    _id: string
  }
  return id
}

async function create(app: TestApp, tasks: unknown, headers: Record<string, string> = {}) {
  const response = await app.fetch('/api/tasks/batch', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ tasks }),
  })
  return { status: response.status, body: (await response.json()) as Answer }
}

const video = (assetId: string, fields: object = {}) => ({
  input: 'video',
  model: 'tiny',
  source: { asset_id: assetId },
  ...fields,
})

const idsOf = ({ body }: { body: Answer }) => body.results.map(({ task }) => task?.id)

test('a thousand tasks are made in one request', async () => {
  const app = await withApp()
  const id = await asset(app)
  await app.room.drain()
  const { status, body } = await create(
    app,
    Array.from({ length: 1_000 }, () => video(id, { end_sec: 6 })),
  )
  expect(status).toBe(200)
  expect(body).toMatchObject({ created: 1_000, existing: 0, refused: 0 })
  expect(new Set(body.results.map(({ task }) => task?.id)).size).toBe(1_000)
  expect(body.results[999]).toMatchObject({ index: 999, status: 'created', task: { state: 'queued' } })
})

test.for(['constructor', 'toString', '__proto__'])(
  'a field by the name %s is refused by its name',
  async (field) => {
    const app = await withApp()
    const body = `{"input":"video","source":{"asset_id":"x"},"${field}":1}`
    const alone = await app.fetch('/api/tasks', { method: 'POST', body })
    expect(await alone.json()).toMatchObject({ code: 'request_invalid', field })
    const batch = await app.fetch('/api/tasks/batch', { method: 'POST', body: `{"tasks":[${body}]}` })
    expect(await batch.json()).toMatchObject({ results: [{ error: { field } }] })
  },
)

test('each entry is taken or refused by itself, and says what is wrong with it', async () => {
  const app = await withApp()
  const id = await asset(app)
  const { status, body } = await create(app, [
    video(id, { client_ref: 'good' }),
    video('nothing'),
    video(id, { model: 'another' }),
    video(id, { client_ref: 'bad', segmentation: { strategy: 'fixed', duration_sec: 99 } }),
    video(id, { source: {} }),
    { input: 'smell' },
    null,
    video(id, { start_sec: 5, end_sec: 5 }),
    video(id, { colour: 'red' }),
    { input: 'image', model: 'tiny', source: { url: 'ftp://127.0.0.1/a.png' } },
  ])
  expect(status).toBe(207)
  expect(body).toMatchObject({ created: 1, existing: 0, refused: 9 })
  expect(body.results.map(({ error }) => error && [error.status, error.code, error.field])).toEqual([
    undefined,
    [400, 'request_invalid', 'source.asset_id'],
    [400, 'model_unknown', 'model'],
    [400, 'request_invalid', 'segmentation.duration_sec'],
    [400, 'request_invalid', 'source'],
    [400, 'request_invalid', 'input'],
    [400, 'request_invalid', undefined],
    [400, 'request_invalid', 'end_sec'],
    [400, 'request_invalid', 'colour'],
    [400, 'fetch_refused', 'source.url'],
  ])
  expect(body.results[3]).toMatchObject({ index: 3, client_ref: 'bad', status: 'refused' })
})

test('an entry with the same client_ref is one task, however often and in whatever company it is sent', async () => {
  const app = await withApp()
  const id = await asset(app)
  const entry = (ref: string, fields: object = {}) => video(id, { client_ref: ref, ...fields })
  const first = await create(app, [entry('a'), entry('b'), entry('a')])
  expect(first.body).toMatchObject({ created: 2, existing: 1, refused: 0 })
  expect(idsOf(first)[2]).toBe(idsOf(first)[0])
  const [one, other] = await Promise.all([
    create(app, [entry('c'), entry('b')]),
    create(app, [entry('b'), entry('c')]),
  ])
  expect(idsOf(one)).toEqual(idsOf(other).toReversed())
  expect(idsOf(one)[1]).toBe(idsOf(first)[1])
  const changed = await create(app, [entry('a', { end_sec: 3 })])
  expect(changed.body.results[0]).toMatchObject({
    status: 'refused',
    error: { code: 'idempotency_mismatch', status: 422 },
  })
  await app.fetch(`/api/tasks/${idsOf(first)[0]}`, { method: 'DELETE' })
  const gone = await create(app, [entry('a')])
  expect(gone.body.results[0]).toMatchObject({ status: 'existing', task: null })
})

test('the same request with an Idempotency-Key makes its tasks once, what was refused may go right later', async () => {
  const app = await withApp()
  const id = await asset(app)
  const tasks = [video(id), { input: 'image', model: 'tiny', source: { asset_id: 'later' } }, video(id)]
  const first = await create(app, tasks, { 'idempotency-key': 'k-1' })
  const again = await create(app, tasks, { 'idempotency-key': 'k-1' })
  expect(first.body).toMatchObject({ created: 2, refused: 1 })
  expect(again.body).toMatchObject({ created: 0, existing: 2, refused: 1 })
  expect(idsOf(again)).toEqual(idsOf(first))
  const other = await create(app, tasks, { 'idempotency-key': 'k-2' })
  expect(other.body).toMatchObject({ created: 2, existing: 0 })
})

test('every kind of input is taken with its own options', async () => {
  const app = await withApp()
  const id = await asset(app)
  const source = { asset_id: id }
  const { status, body } = await create(app, [
    video(id, { modalities: ['visual', 'audio'], scopes: ['clip', 'asset'], fused: true, separate: false }),
    { input: 'audio', model: 'tiny', source, segmentation: { strategy: 'fixed', duration_sec: 10 } },
    { input: 'image', source, dimension: 4, uncertainty: true },
    { input: 'document', model: 'tiny', source, chunks: { sentences: 4, overlap: 1 }, scopes: ['part'] },
  ])
  expect({ status, results: body.results.map(({ error }) => error) }).toEqual({
    status: 200,
    results: [undefined, undefined, undefined, undefined],
  })
  expect(body.results.map(({ task }) => task?.input)).toMatchObject([
    { type: 'video', asset_id: id, modalities: ['visual', 'audio'], scopes: ['clip', 'asset'] },
    { type: 'audio' },
    { type: 'image' },
    { type: 'document', scopes: ['part'] },
  ])
})

test('a request as a whole is refused for no tasks, more than a thousand, and what is no list', async () => {
  const app = await withApp()
  for (const tasks of [[], Array.from({ length: 1_001 }, () => null), 'all', undefined])
    expect(await create(app, tasks)).toMatchObject({ status: 400, body: { field: 'tasks' } })
})

test('a single task is made in the same words, once for one Idempotency-Key or client_ref', async () => {
  const app = await withApp()
  const id = await asset(app)
  const send = async (entry: unknown, headers: Record<string, string> = {}) => {
    const body = JSON.stringify(entry)
    const response = await app.fetch('/api/tasks', { method: 'POST', body, headers })
    const answer = (await response.json()) as { id: string }
    return { status: response.status, location: response.headers.get('location'), body: answer }
  }
  const made = await send(video(id, { scopes: ['asset'] }), { 'idempotency-key': 'k-1' })
  expect(made).toMatchObject({
    status: 201,
    location: `/api/tasks/${made.body.id}`,
    body: { kind: 'media', state: 'queued', input: { type: 'video', asset_id: id, scopes: ['asset'] } },
  })
  expect(await send(video(id, { scopes: ['asset'] }), { 'idempotency-key': 'k-1' })).toMatchObject({
    status: 200,
    body: { id: made.body.id },
  })
  expect(await send(video(id), { 'idempotency-key': 'k-1' })).toMatchObject({
    status: 422,
    body: { code: 'idempotency_mismatch' },
  })
  const named = await send(video(id, { client_ref: 'a' }))
  expect((await create(app, [video(id, { client_ref: 'a' })])).body).toMatchObject({ existing: 1 })
  await app.fetch(`/api/tasks/${named.body.id}`, { method: 'DELETE' })
  expect(await send(video(id, { client_ref: 'a' }))).toMatchObject({ status: 404 })
  for (const [entry, code, field] of [
    [{ input: 'video' }, 'parameter_missing', 'source'],
    [video('nothing'), 'request_invalid', 'source.asset_id'],
    [{ input: 'smell' }, 'request_invalid', 'input'],
    [[], 'request_invalid', undefined],
  ] as const)
    expect(await send(entry)).toMatchObject({ status: 400, body: { code, ...(field && { field }) } })
})

test('an asset of another account is not there', async () => {
  const app = await withApp()
  const id = await asset(app)
  const { status, body } = await create(app, [video(id)], { 'x-api-key': 'key-of-two' })
  expect(status).toBe(207)
  expect(body.results[0]?.error).toMatchObject({ code: 'request_invalid', field: 'source.asset_id' })
})

test('how long tasks are kept, and whether they may use what is there, is said for all of them', async () => {
  const app = await withApp()
  const id = await asset(app)
  const { body } = await create(app, [video(id)], {
    'x-embedline-retention': '1h',
    'x-embedline-reuse': 'no',
  })
  const task = body.results[0]?.task as { created_at?: string; expires_at?: string }
  expect(Date.parse(task.expires_at ?? '') - Date.parse(task.created_at ?? '')).toBe(3_600_000)
  expect(await create(app, [video(id)], { 'x-embedline-reuse': 'maybe' })).toMatchObject({ status: 400 })
})
