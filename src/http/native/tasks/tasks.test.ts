import { expect, test } from 'vitest'
import { fillHandbook, startBucket } from '../../../../test/support/handbook.ts'
import { REQUEST } from '../../../../test/support/taskRoom.ts'
import { OPERATOR_KEY, withApp, type TestApp } from '../../../../test/support/withApp.ts'
import { EmbedlineError } from '../../../domain/errors.ts'
import { createAsset, deleteAsset } from '../../../tasks/assets.ts'
import { createMediaTask } from '../../../tasks/create.ts'
import { takeBackItems } from '../../../tasks/sweep.ts'

const startMedia = async ({ parts, room }: TestApp) =>
  (
    await createMediaTask(parts, room.account, {
      modelName: 'alias',
      request: REQUEST,
      source: { received: await room.received('a video'), filename: 'a.mp4' },
    })
  ).id

interface Answer {
  status: number
  /** What answers of several routes have; a test looks at that of one. */
  body: {
    id: string
    tasks: { id: string }[]
    items: { key: string }[]
    events: object[]
    pauses: object[]
    next_after: string | number
  }
}

const read = async (app: TestApp, path: string, init?: RequestInit): Promise<Answer> => {
  const answer = await app.fetch(`/api/tasks${path}`, init)
  const text = await answer.text()
  return { status: answer.status, body: JSON.parse(text || '{}') as Answer['body'] }
}

const post = (app: TestApp, path: string, body?: object) =>
  read(app, path, { method: 'POST', ...(body && { body: JSON.stringify(body) }) })

const idsOf = ({ body }: Answer) => body.tasks.map(({ id }) => id)

/** The second minute of every video cannot be read. */
function breakSecondSlice({ room }: TestApp) {
  room.compute.beforeSlice = (_work, index) => {
    if (index === 1) throw new EmbedlineError('media_unreadable', 'The data are damaged.')
  }
}

test('one route shows tasks of media and of buckets', async () => {
  const app = await withApp()
  const media = await startMedia(app)
  await fillHandbook(app.room)
  const bucket = await startBucket(app.room)
  await app.room.drain()
  expect(await read(app, `/${media}`)).toMatchObject({
    status: 200,
    body: {
      id: media,
      kind: 'media',
      state: 'ready',
      model: { id: 'tiny', revision: '1', name: 'alias' },
      input: { type: 'video', filename: 'a.mp4', duration_sec: 150, modalities: ['visual', 'audio'] },
      warnings: [],
      created_at: '2030-01-01T00:00:00.000Z',
      finished_at: '2030-01-01T00:00:00.000Z',
      expires_at: '2030-01-08T00:00:00.000Z',
    },
  })
  expect((await read(app, `/${bucket}`)).body).toMatchObject({
    id: bucket,
    kind: 'bucket',
    state: 'ready',
    input: { type: 'bucket', bucket: 'handbook' },
  })
})

test('a task of another account, and one that nobody has, is a problem of type 404', async () => {
  const app = await withApp()
  const id = await startMedia(app)
  expect(await read(app, `/${id}`, { headers: { 'x-api-key': 'key-of-two' } })).toMatchObject({
    status: 404,
    body: { code: 'not_found' },
  })
  expect(await read(app, '/nothing')).toMatchObject({ status: 404 })
})

test('the list holds both kinds, newest first, and goes on where a page ended', async () => {
  const app = await withApp()
  const ids: string[] = []
  await fillHandbook(app.room)
  for (let count = 0; count < 3; count++) ids.unshift(await startMedia(app))
  app.room.clock.advance(1_000)
  ids.unshift(await startBucket(app.room))
  const first = await read(app, '?limit=3')
  expect(idsOf(first)).toEqual(ids.slice(0, 3))
  const second = await read(app, `?limit=3&after=${first.body.next_after}`)
  expect(idsOf(second)).toEqual(ids.slice(3))
  expect(second.body).not.toHaveProperty('next_after')
})

test('the list is filtered by state, kind, model, bucket and time', async () => {
  const app = await withApp()
  await fillHandbook(app.room)
  const media = await startMedia(app)
  app.room.clock.advance(1_000)
  const bucket = await startBucket(app.room)
  await post(app, `/${media}/cancel`)
  const list = async (query: string) => idsOf(await read(app, `?${query}`))
  expect(await list('state=cancelled')).toEqual([media])
  expect(await list('state=cancelled,queued')).toEqual([bucket, media])
  expect(await list('state=queued&state=ready')).toEqual([bucket])
  expect(await list('kind=media')).toEqual([media])
  expect(await list('bucket=handbook')).toEqual([bucket])
  expect(await list('model=alias')).toEqual([bucket, media])
  expect(await list('model=other')).toEqual([])
  expect(await list('created_after=2030-01-01T00:00:00Z')).toEqual([bucket])
  expect(await list('created_before=2030-01-01T01:00:01%2B01:00')).toEqual([media])
  const foreign = await read(app, '', { headers: { 'x-api-key': 'key-of-two' } })
  expect(foreign.body).toEqual({ tasks: [] })
})

test.for([
  ['?state=done', 'state'],
  ['?kind=text', 'kind'],
  ['?limit=0', 'limit'],
  ['?limit=201', 'limit'],
  ['?after=x', 'after'],
  ['?created_after=today', 'created_after'],
  ['?page=2', 'page'],
  ['/nothing/items?kind=x', 'kind'],
  ['/nothing/items?after=1.x', 'after'],
  ['/nothing/history?after=-1', 'after'],
])('%s is refused, naming %s', async ([path, field]) => {
  const app = await withApp()
  expect(await read(app, path!)).toMatchObject({ status: 400, body: { code: 'request_invalid', field } })
})

test('a task is cancelled, taken up again, and deleted; each of it twice is no other thing', async () => {
  const app = await withApp()
  const id = await startMedia(app)
  for (let times = 0; times < 2; times++)
    expect(await post(app, `/${id}/cancel`)).toMatchObject({
      status: 200,
      body: { state: 'cancelled', error: { code: 'cancelled' }, finished_at: '2030-01-01T00:00:00.000Z' },
    })
  for (let times = 0; times < 2; times++)
    expect(await post(app, `/${id}/retry`)).toMatchObject({ status: 200, body: { state: 'processing' } })
  await app.room.drain()
  expect(await read(app, `/${id}`)).toMatchObject({ body: { state: 'ready' } })
  expect((await read(app, `/${id}`, { method: 'DELETE' })).status).toBe(204)
  for (const [method, path] of [
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/cancel'],
    ['POST', '/retry'],
    ['POST', '/rerun'],
    ['GET', '/items'],
    ['GET', '/history'],
    ['GET', '/events'],
  ])
    expect(await read(app, `/${id}${path}`, { method: method! })).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    })
  expect(idsOf(await read(app, ''))).toEqual([])
  expect((await app.fetch(`/v1.3/embed-v2/tasks/${id}`)).status).toBe(404)
})

test('the contracts show a cancelled task as failed, with a sentence, and no new word', async () => {
  const app = await withApp()
  await fillHandbook(app.room)
  const media = await startMedia(app)
  const bucket = await startBucket(app.room)
  await post(app, `/${media}/cancel`)
  await post(app, `/${bucket}/cancel`)
  expect(await (await app.fetch(`/v1.3/embed-v2/tasks/${media}`)).json()).toMatchObject({
    status: 'failed',
    error: { message: 'The task was cancelled.' },
  })
  const answer = await app.fetch(`/v2/ai/embeddings/${bucket}`, {
    headers: { authorization: 'Bearer key-of-one' },
  })
  expect(await answer.json()).toMatchObject({ data: { status: 'failure' } })
})

test('items tell their state, why they failed, how often they were tried, when and by whom', async () => {
  const app = await withApp()
  breakSecondSlice(app)
  const id = await startMedia(app)
  await app.room.drain()
  const { body } = await read(app, `/${id}/items`)
  expect(body).not.toHaveProperty('next_after')
  const at = '2030-01-01T00:00:00.000Z'
  const times = { created_at: at, started_at: at, finished_at: at }
  const counts = { attempts: 1, failures: 0, interruptions: 0, worker: 'worker-a', ...times }
  expect(body.items).toEqual([
    { id: 1, key: 'plan', kind: 'plan', state: 'done', ...counts },
    { id: 2, key: 'slice:0', kind: 'slice', state: 'done', start_sec: 0, end_sec: 60, ...counts },
    {
      id: 3,
      key: 'slice:1',
      kind: 'slice',
      state: 'failed',
      start_sec: 60,
      end_sec: 120,
      error: { code: 'media_unreadable', message: 'The data are damaged.' },
      ...counts,
    },
    { id: 4, key: 'slice:2', kind: 'slice', state: 'done', start_sec: 120, end_sec: 150, ...counts },
    { id: 5, key: 'finish', kind: 'finish', state: 'done', ...counts },
  ])
  const keys = async (query: string) => {
    const page = (await read(app, `/${id}/items?${query}`)).body
    return [page.items.map(({ key }) => key), page.next_after]
  }
  expect(await keys('state=failed')).toEqual([['slice:1'], undefined])
  const [first, next] = await keys('kind=slice&limit=2')
  expect(first).toEqual(['slice:0', 'slice:1'])
  expect(await keys(`kind=slice&limit=2&after=${String(next)}`)).toEqual([['slice:2'], undefined])
})

test('items of a bucket name their files, and one in the queue says when it is due', async () => {
  const app = await withApp()
  await fillHandbook(app.room)
  app.room.compute.beforeParagraph = () => {
    throw new EmbedlineError('decoder_stalled', 'It took too long.')
  }
  const id = await startBucket(app.room)
  await app.room.drain()
  const { body } = await read(app, `/${id}/items?kind=document&limit=1`)
  expect(body.items).toMatchObject([
    {
      file: 'a.txt',
      state: 'queued',
      failures: 1,
      error: { code: 'decoder_stalled' },
      due_at: '2030-01-01T00:00:02.000Z',
    },
  ])
})

test('the history of a task tells of failures, retries, restarts and pauses', async () => {
  const app = await withApp()
  breakSecondSlice(app)
  const id = await startMedia(app)
  const made = await app.fetch('/api/pauses', { method: 'POST', body: '{"account":"one"}' })
  const { id: pauseId } = (await made.json()) as { id: number }
  await app.fetch(`/api/pauses/${pauseId}`, { method: 'DELETE' })
  expect(await app.room.claim('dead')).toMatchObject({ kind: 'plan' })
  await takeBackItems(app.parts)
  await app.room.drain()
  await post(app, `/${id}/retry`)
  await post(app, `/${id}/cancel`)
  const { body } = await read(app, `/${id}/history`)
  expect(body.events).toMatchObject([
    { kind: 'created', task_id: id },
    { kind: 'recovered', after: 'restart', item_count: 1 },
    { kind: 'processing' },
    { kind: 'item_failed', item_id: 3, item_kind: 'slice', error: { code: 'media_unreadable' } },
    { kind: 'ended', state: 'partial' },
    { kind: 'retried' },
    { kind: 'ended', state: 'cancelled', error: { message: 'The task was cancelled.' } },
  ])
  expect(body.pauses).toMatchObject([{ id: pauseId, account: 'one', ended_at: '2030-01-01T00:00:00.000Z' }])
  const page = await read(app, `/${id}/history?limit=3`)
  expect(page.body.events).toHaveLength(3)
  const rest = await read(app, `/${id}/history?limit=5&after=${page.body.next_after}`)
  expect(rest.body.events).toHaveLength(4)
  expect(rest.body).not.toHaveProperty('next_after')
})

test('a re-run is a new task of the same input, with another model if one is named', async () => {
  const app = await withApp()
  const id = await startMedia(app)
  await app.room.drain()
  const again = await post(app, `/${id}/rerun`)
  expect(again).toMatchObject({
    status: 201,
    body: { state: 'queued', model: { name: 'alias' }, input: { filename: 'a.mp4' } },
  })
  const other = await post(app, `/${id}/rerun`, { model: 'tiny' })
  expect(other.body).toMatchObject({ model: { name: 'tiny' } })
  expect(new Set([id, again.body.id, other.body.id]).size).toBe(3)
  await read(app, `/${id}`, { method: 'DELETE' })
  await app.room.drain()
  expect(await read(app, `/${other.body.id}`)).toMatchObject({ body: { state: 'ready' } })
  const { body } = await read(app, `/${other.body.id}/history?limit=1`)
  expect(body.events).toMatchObject([{ kind: 'created', rerun_of: id }])
})

test('a re-run with an Idempotency-Key is made once', async () => {
  const app = await withApp()
  const id = await startMedia(app)
  const rerun = () =>
    read(app, `/${id}/rerun`, { method: 'POST', headers: { 'idempotency-key': 'once' }, body: '{}' })
  const first = await rerun()
  expect(await rerun()).toEqual(first)
  expect(idsOf(await read(app, ''))).toHaveLength(2)
})

test.for([
  [{ model: 'other' }, 400, { code: 'model_unknown', field: 'model' }],
  [{ modle: 'tiny' }, 400, { code: 'request_invalid', field: 'modle' }],
] as const)('a re-run with %j is refused', async ([body, status, problem]) => {
  const app = await withApp()
  const id = await startMedia(app)
  expect(await post(app, `/${id}/rerun`, body)).toMatchObject({ status, body: problem })
})

test('a bucket is re-run as a new task, and a task whose asset is gone is not', async () => {
  const app = await withApp()
  await fillHandbook(app.room)
  const bucket = await startBucket(app.room)
  await app.room.drain()
  const again = await post(app, `/${bucket}/rerun`)
  expect(again).toMatchObject({ status: 201, body: { kind: 'bucket', input: { bucket: 'handbook' } } })
  expect(again.body.id).not.toBe(bucket)
  const received = await app.room.received('a video')
  const asset = await createAsset(app.parts, app.room.account, { received, filename: 'a.mp4' })
  const { id } = await createMediaTask(app.parts, app.room.account, {
    modelName: 'tiny',
    request: REQUEST,
    source: { assetId: asset.id },
  })
  await app.room.drain()
  expect((await post(app, `/${id}/rerun`)).status).toBe(201)
  await app.room.drain()
  await deleteAsset(app.parts, app.room.account.id, asset.id)
  expect(await post(app, `/${id}/rerun`)).toMatchObject({ status: 409, body: { code: 'input_missing' } })
})

test('a paused task says so, and goes on when the pause is over', async () => {
  const app = await withApp()
  const id = await startMedia(app)
  const order = (body: object, key = 'key-of-one') =>
    app.fetch('/api/pauses', { method: 'POST', headers: { 'x-api-key': key }, body: JSON.stringify(body) })
  const made = await order({ account: 'one' })
  expect(made.status).toBe(201)
  const pause = (await made.json()) as { id: number }
  expect(pause).toMatchObject({ account: 'one', created_at: '2030-01-01T00:00:00.000Z' })
  expect((await order({ account: 'one' })).status).toBe(200)
  expect(await read(app, `/${id}`)).toMatchObject({ body: { state: 'queued', is_paused: true } })
  expect((await read(app, '')).body.tasks).toMatchObject([{ is_paused: true }])
  expect(await (await app.fetch(`/v1.3/embed-v2/tasks/${id}`)).json()).toMatchObject({ status: 'processing' })
  expect(await (await app.fetch('/api/pauses')).json()).toEqual({ pauses: [pause] })
  expect(await app.room.drain()).toEqual([])
  const end = () => app.fetch(`/api/pauses/${pause.id}`, { method: 'DELETE' })
  expect([(await end()).status, (await end()).status]).toEqual([204, 404])
  expect((await read(app, `/${id}`)).body).not.toHaveProperty('is_paused')
  await app.room.drain()
  expect(await read(app, `/${id}`)).toMatchObject({ body: { state: 'ready' } })
})

test.for([
  [{}, 400],
  [{ kind: 'media', model: 'tiny' }, 400],
  [{ kind: 'text' }, 400],
  [{ everything: true }, 400],
  [{ kind: 'media' }, 403],
  [{ model: 'tiny' }, 403],
  [{ account: 'two' }, 403],
] as const)('a pause of %j is refused with %d', async ([body, status]) => {
  const app = await withApp()
  const refused = await app.fetch('/api/pauses', { method: 'POST', body: JSON.stringify(body) })
  expect(refused.status).toBe(status)
  expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/)
})

test('the operator pauses kinds, models and accounts', async () => {
  const app = await withApp()
  const headers = { 'x-api-key': OPERATOR_KEY }
  for (const body of [{ kind: 'bucket' }, { model: 'alias' }, { account: 'two' }])
    expect(
      (await app.fetch('/api/pauses', { method: 'POST', headers, body: JSON.stringify(body) })).status,
    ).toBe(201)
  expect(await (await app.fetch('/api/pauses', { headers })).json()).toMatchObject({
    pauses: [{ kind: 'bucket' }, { model: 'tiny' }, { account: 'two' }],
  })
})
