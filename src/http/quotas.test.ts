import { expect, test } from 'vitest'
import { madeKey, native, setQuotas } from '../../test/support/madeKeys.ts'
import { KEY, OPERATOR_KEY, withApp, type TestApp } from '../../test/support/withApp.ts'

const TASKS = '/v1.3/embed-v2/tasks'
const NIGHT = '2030-01-02T00:00:00.000Z'
const base64 = (text: string) => Buffer.from(text).toString('base64')

// Its length is 150 seconds.
const video = (app: TestApp, content = 'a video') =>
  app.post(TASKS, { input_type: 'video', video: { media_source: { base64_string: base64(content) } } })

const text = (app: TestApp, words: string) =>
  app.post('/v1.3/embed-v2', { input_type: 'text', text: { input_text: words } })

function upload(app: TestApp, content: string): Promise<Response> {
  const body = new FormData()
  body.append('method', 'direct')
  body.append('file', new Blob([content]), 'clip.mp4')
  return app.fetch('/v1.3/assets', { method: 'POST', body })
}

const usage = async (app: TestApp, query = '', key = KEY) =>
  (await native(app, key, 'GET', `/usage${query}`)).body as {
    usage: Record<string, unknown>[]
    total: Record<string, number>
  }

const quotas = async (app: TestApp) => (await native(app, KEY, 'GET', '/limits')).body['quotas']

/** Refused for a quota, with the time to wait, in the words of the one dialect. */
const isSpent = (name: string, status = 429, code = 'too_many_requests') => [
  status,
  {
    code,
    message: expect.stringMatching(new RegExp(`quota ${name}.*Try again after ${NIGHT.replace('.', '\\.')}`)),
  },
]

const said = async (response: Response): Promise<[number, object]> => [
  response.status,
  (await response.json()) as object,
]

test('tasks, items, media seconds, tokens and bytes are counted by day, by account and by key', async () => {
  const app = await withApp()
  const { id, secret } = await madeKey(app)
  await video(app)
  await app.room.drain()
  await app.room.put('docs', 'a.txt', 'one two three\n\nfour')
  await app.post('/v2/ai/embeddings', { bucket_name: 'docs' })
  await app.room.drain()
  await text(app, 'five six')
  const embeddings = { model: 'tiny', input: ['seven', 'eight nine ten'] }
  const headers = { 'x-api-key': secret, 'content-type': 'application/json' }
  await app.fetch('/v2/ai/openai/embeddings', { method: 'POST', headers, body: JSON.stringify(embeddings) })
  await app.fetch('/api/buckets/docs/objects/b.txt', { method: 'PUT', headers, body: 'eleven' })
  await upload(app, 'another video')
  const one = { date: '2030-01-01', account_id: app.room.account.id }
  // What has no transaction of its own is written a moment later.
  await expect.poll(async () => (await usage(app)).total['tokens']).toBe(10)
  await expect
    .poll(async () => (await usage(app)).usage)
    .toEqual([{ ...one, tasks: 2, items: 4, media_sec: 150, tokens: 10, bytes: 26 }])
  expect((await usage(app, '?by=key')).usage.filter(({ key_id: key }) => key === id)).toEqual([
    { ...one, key_id: id, tasks: 0, items: 0, media_sec: 0, tokens: 4, bytes: 6 },
  ])
  expect((await usage(app, '', 'key-of-two')).usage).toEqual([])
  expect((await native(app, 'key-of-two', 'GET', '/usage?account=one')).status).toBe(404)
  expect((await usage(app, '?account=one', OPERATOR_KEY)).total).toMatchObject({ tasks: 2 })
  expect((await usage(app, '?account=*', OPERATOR_KEY)).usage).toHaveLength(1)
  expect((await usage(app, '?account=*')).usage).toBeUndefined()
})

test('the last moment of a day and the first one of the next are counted on their own days', async () => {
  const app = await withApp()
  app.room.clock.advance(86_399_999)
  await video(app)
  app.room.clock.advance(1)
  await video(app)
  await app.room.drain()
  expect((await usage(app)).usage).toMatchObject([
    { date: '2030-01-01', tasks: 1, media_sec: 0 },
    { date: '2030-01-02', tasks: 1, media_sec: 300 },
  ])
  expect((await usage(app, '?from=2030-01-02&to=2030-01-02')).usage).toHaveLength(1)
  for (const query of ['?from=2030-01-03', '?from=2020-01-01', '?from=today', '?to=2030-01-01T00:00:00Z'])
    expect((await native(app, KEY, 'GET', `/usage${query}`)).status).toBe(400)
})

test('a task beyond those of a day is refused with 429 and what to wait for, in the words of each dialect', async () => {
  const app = await withApp()
  await setQuotas(app, { tasks_per_day: 1 })
  // Of two at once only one is taken.
  const both = await Promise.all([video(app), video(app)])
  expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([202, 429])
  const one = await video(app)
  expect(one.headers.get('retry-after')).toBe('86400')
  expect(await said(one)).toMatchObject(isSpent('tasks_per_day'))
  await app.room.put('docs', 'a.txt', 'one')
  const other = await app.post('/v2/ai/embeddings', { bucket_name: 'docs' })
  expect(other.headers.get('x-should-retry')).toBe('false')
  expect(await said(other)).toMatchObject([429, { errors: [{ code: '10011' }] }])
  // What is refused is not counted, and nothing of it is left.
  expect((await usage(app)).total).toMatchObject({ tasks: 1, bytes: 7 })
  expect(await quotas(app)).toMatchObject({
    tasks_per_day: { limit: 1, used: 1, remaining: 0, resets_at: NIGHT },
    tokens_per_day: { limit: null, remaining: null },
  })
  app.room.clock.advance(86_400_000)
  expect((await video(app)).status).toBe(202)
})

test('while seconds of media are spent no task with media is taken, and one that was taken waits for the next day', async () => {
  const app = await withApp()
  await setQuotas(app, { media_sec_per_day: 100 })
  const tasks = await Promise.all([video(app), video(app, 'another')])
  const ids = await Promise.all(tasks.map(async (task) => ((await task.json()) as { _id: string })._id))
  await app.room.drain()
  const states = () =>
    Promise.all(
      ids.map(
        async (id) => ((await (await app.fetch(`${TASKS}/${id}`)).json()) as { status: string }).status,
      ),
    )
  expect((await states()).toSorted()).toEqual(['processing', 'ready'])
  expect(await said(await video(app))).toMatchObject(isSpent('media_sec_per_day'))
  const sync = { input_type: 'audio', audio: { media_source: { base64_string: 'QUJD' } } }
  expect((await app.post('/v1.3/embed-v2', sync)).status).toBe(429)
  expect((await text(app, 'words')).status).toBe(200)
  app.room.clock.advance(86_400_000)
  await app.room.drain()
  expect(await states()).toEqual(['ready', 'ready'])
  expect((await usage(app)).usage).toMatchObject([{ media_sec: 150 }, { media_sec: 150 }])
})

test('while tokens are spent no text is embedded, and documents of a bucket wait for the next day', async () => {
  const app = await withApp()
  await setQuotas(app, { tokens_per_day: 3 })
  await app.room.put('docs', 'a.txt', 'one two')
  await app.room.put('docs', 'b.txt', 'three four')
  await app.room.put('docs', 'c.txt', 'five six')
  const created = await app.post('/v2/ai/embeddings', { bucket_name: 'docs' })
  const { data } = (await created.json()) as { data: { task_id: string } }
  await app.room.drain()
  const task = async () =>
    ((await (await app.fetch(`/v2/ai/embeddings/${data.task_id}`)).json()) as { data: object }).data
  expect(await task()).toMatchObject({ status: 'processing', files_done: 2 })
  expect(await said(await text(app, 'seven'))).toMatchObject(isSpent('tokens_per_day'))
  expect((await app.post('/v2/ai/embeddings', { bucket_name: 'docs' })).status).toBe(429)
  app.room.clock.advance(86_400_000)
  await app.room.drain()
  expect(await task()).toMatchObject({ status: 'success', files_done: 3 })
})

test('more bytes than an account may store are refused, equal ones are stored once, and deleted ones are free again', async () => {
  const app = await withApp()
  await setQuotas(app, { stored_bytes: 10 })
  const first = await upload(app, '12345678')
  const { _id: id } = (await first.json()) as { _id: string }
  await app.room.drain()
  expect((await upload(app, '12345678')).status).toBe(201)
  const refused = {
    code: 'usage_limit_exceeded',
    message: expect.stringContaining('10 bytes (quota stored_bytes)'),
  }
  expect(await said(await upload(app, '123'))).toMatchObject([403, refused])
  expect(await said(await video(app, '123'))).toMatchObject([403, refused])
  const parts = { filename: 'a.mp4', type: 'video', total_size: 3 }
  expect(await said(await app.post('/v1.3/assets/multipart-uploads', parts))).toMatchObject([403, refused])
  expect(await app.leftovers()).toEqual([])
  expect(await quotas(app)).toMatchObject({ stored_bytes: { limit: 10, used: 8, remaining: 2 } })
  const { data } = (await (await app.fetch('/v1.3/assets')).json()) as { data: { _id: string }[] }
  for (const asset of data) await app.fetch(`/v1.3/assets/${asset._id}`, { method: 'DELETE' })
  expect(data.map((asset) => asset._id)).toContain(id)
  expect(await quotas(app)).toMatchObject({ stored_bytes: { used: 0 } })
  expect((await upload(app, '123')).status).toBe(201)
})

test('accounts are made, listed and given quotas by the operator', async () => {
  const app = await withApp()
  const call = (method: string, path: string, body?: object) => native(app, OPERATOR_KEY, method, path, body)
  const made = await call('POST', '/accounts', { name: 'press', quotas: { tasks_per_day: 5 } })
  expect(made).toMatchObject({
    status: 201,
    body: { name: 'press', quotas: { tasks_per_day: 5, stored_bytes: null } },
  })
  expect(await call('POST', '/accounts', { name: 'press' })).toMatchObject({
    status: 400,
    body: { field: 'name' },
  })
  expect((await call('POST', '/accounts', { name: '../up' })).status).toBe(400)
  expect((await call('PATCH', '/accounts/press', { quotas: { minutes: 1 } })).body['field']).toBe(
    'quotas.minutes',
  )
  const { body } = await call('PATCH', `/accounts/${made.body['id'] as string}`, {
    quotas: { stored_bytes: 7, tasks_per_day: null },
  })
  expect(body['quotas']).toEqual({
    tasks_per_day: null,
    media_sec_per_day: null,
    tokens_per_day: null,
    stored_bytes: 7,
  })
  expect((await call('GET', '/accounts/press')).body).toEqual(body)
  const { body: list } = await call('GET', '/accounts?limit=1')
  const { accounts } = (await call('GET', `/accounts?after=${String(list['next_after'])}`)).body as {
    accounts: { name: string }[]
  }
  expect(accounts.map(({ name }) => name)).toContain('press')
  expect((await call('GET', '/accounts/nobody')).status).toBe(404)
  // Its first key.
  const { secret } = await madeKey(app, { account: 'press' })
  expect((await native(app, secret, 'GET', '/limits')).body).toMatchObject({ account: { name: 'press' } })
})
