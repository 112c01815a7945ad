import { expect, test } from 'vitest'
import { withApp, type TestApp } from '../../../test/support/withApp.ts'
import { Task } from './answers.ts'

const TASKS = '/v1.3/embed-v2/tasks'
const BASE64 = Buffer.from('a video').toString('base64')

/** A create that is right; tests change one thing. */
const body = (video: object = {}, top: object = {}) => ({
  input_type: 'video',
  model_name: 'marengo3.0',
  video: { media_source: { base64_string: BASE64 }, ...video },
  ...top,
})

const audio = (fields: object) => ({
  input_type: 'audio',
  audio: { media_source: { base64_string: BASE64 }, ...fields },
})

interface Created {
  _id: string
  status: string
}

const create = async (app: TestApp, request: object = body()) =>
  (await (await app.post(TASKS, request)).json()) as Created

const retrieve = async (app: TestApp, id: string) =>
  Task.parse(await (await app.fetch(`${TASKS}/${id}`)).json())

test('a create is answered by 202, where the task is, and no data', async () => {
  const app = await withApp()
  const response = await app.post(TASKS, body())
  const answer = (await response.json()) as Created
  expect(response.status).toBe(202)
  expect(response.headers.get('location')).toBe(`${app.url}${TASKS}/${answer._id}`)
  expect(response.headers.get('x-embedline-model')).toBe('tiny@1')
  expect(answer).toMatchObject({ status: 'processing', data: null })
  expect(answer._id).toMatch(/^[0-9a-f]{24}$/)
  expect(answer).not.toHaveProperty('metadata')
  expect(await app.leftovers()).toEqual([])
})

test('behind a proxy a create tells the address that its caller used', async () => {
  const app = await withApp()
  const response = await app.fetch(TASKS, {
    method: 'POST',
    headers: { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'embed.example.org' },
    body: JSON.stringify(body()),
  })
  const { _id } = (await response.json()) as Created
  expect(response.headers.get('location')).toBe(`https://embed.example.org${TASKS}/${_id}`)
})

test('a task shows no metadata while it is processed, then its vectors, metadata and model', async () => {
  const app = await withApp()
  const { _id } = await create(
    app,
    body({ embedding_option: ['visual', 'audio'], start_sec: 6, end_sec: 24 }),
  )
  const before = await retrieve(app, _id)
  expect(before).toMatchObject({ status: 'processing', data: null })
  expect(before).not.toHaveProperty('metadata')

  await app.room.drain()
  const response = await app.fetch(`${TASKS}/${_id}`)
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(response.headers.get('x-embedline-model')).toBe('tiny@1')
  expect(response.headers.get('x-api-version')).toBe('1.3')
  const after = Task.parse(await response.json())
  expect(after).toMatchObject({
    status: 'ready',
    metadata: {
      input_type: 'video',
      embedding_options: ['visual', 'audio'],
      embedding_scopes: ['clip', 'asset'],
      duration: 150,
      start_offset_sec: 6,
      end_offset_sec: 24,
    },
    model: { id: 'tiny', revision: '1', space: 'tiny', dimension: 4 },
  })
  expect(after.data?.[0]).toEqual({
    embedding: [1, 0, 0, 0],
    embedding_option: 'visual',
    embedding_scope: 'clip',
    start_sec: 6,
    end_sec: 12,
    space: 'tiny',
  })
})

test('the length of fixed clips is told as a whole number, that of dynamic ones is not', async () => {
  const app = await withApp()
  const fixed = await create(app, body({ segmentation: { strategy: 'fixed', fixed: { duration_sec: 5 } } }))
  const dynamic = await create(app)
  await app.room.drain()
  expect((await retrieve(app, fixed._id)).metadata?.clip_length).toBe(5)
  expect((await retrieve(app, dynamic._id)).metadata).not.toHaveProperty('clip_length')
})

test('every default of the contract is filled in', async () => {
  const app = await withApp()
  const stored = async (request: object) => {
    const { _id } = await create(app, request)
    const [row] = await app.parts.store.read.selectFrom('task').selectAll().where('id', '=', _id).execute()
    return JSON.parse(row!.request_json) as object
  }
  expect(await stored(body())).toEqual({
    input: 'video',
    startSec: 0,
    segmentation: { strategy: 'dynamic', minDurationSec: 4 },
    modalities: ['visual', 'audio', 'transcription'],
    modalitiesNamed: false,
    scopes: ['clip', 'asset'],
    separate: true,
    fused: false,
  })
  expect(await stored(audio({}))).toMatchObject({
    input: 'audio',
    segmentation: { strategy: 'fixed', durationSec: 6 },
    modalities: ['audio', 'transcription'],
  })
})

test('an explicit null is the same as no field at all', async () => {
  const app = await withApp()
  const nothing = {
    start_sec: null,
    end_sec: null,
    segmentation: null,
    embedding_option: null,
    embedding_scope: null,
    embedding_type: null,
    media_source: { base64_string: BASE64, url: null, asset_id: null },
    time_based_metadata: null,
  }
  const top = {
    audio: null,
    image: null,
    document: null,
    model_name: null,
    embedding_uncertainty: null,
    embedding_dimension: null,
  }
  expect((await app.post(TASKS, body(nothing, top))).status).toBe(202)
  expect((await app.post(TASKS, body({}, { embedding_uncertainty: false }))).status).toBe(202)
  expect((await app.post(TASKS, audio({ time_based_metadata: null }))).status).toBe(202)
})

test('a type of embedding may be named twice: only options and scopes must be unique', async () => {
  const app = await withApp()
  const twice = ['separate_embedding', 'separate_embedding']
  expect((await app.post(TASKS, body({ embedding_type: twice }))).status).toBe(202)
})

test.for([
  ['a whole number written with a fraction of zero', '{"strategy":"fixed","fixed":{"duration_sec":2.0}}'],
  ['both bounds of dynamic segments', '{"strategy":"dynamic","dynamic":{"min_duration_sec":5}}'],
  ['a number in scientific notation', '{"strategy":"fixed","fixed":{"duration_sec":0.6e1}}'],
  ['a strategy with its default', '{"strategy":"dynamic","dynamic":{}}'],
  ['the other strategy set to null', '{"strategy":"fixed","fixed":{"duration_sec":10},"dynamic":null}'],
])('%s is taken', async ([, segmentation]) => {
  const app = await withApp()
  const text = `{"input_type":"video","video":{"media_source":{"base64_string":"${BASE64}"},"segmentation":${segmentation}}}`
  const response = await app.fetch(TASKS, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: text,
  })
  expect(response.status).toBe(202)
})

test('the states of the domain are shown as the three of the contract, a failure with its message', async () => {
  const app = await withApp()
  const ended = async (state: 'partial' | 'failed' | 'cancelled', failure: object = {}) => {
    const { _id } = await create(app)
    await app.parts.store.write((db) =>
      db
        .updateTable('task')
        .set({ state, ...failure })
        .where('id', '=', _id)
        .execute(),
    )
    return retrieve(app, _id)
  }
  const failure = { error_code: 'media_unreadable', error_message: 'It is a picture.' }
  expect(await ended('failed', failure)).toMatchObject({
    status: 'failed',
    data: null,
    error: { message: 'It is a picture.', code: 'media_unreadable' },
  })
  expect(await ended('cancelled')).toMatchObject({ status: 'failed', data: null })
  expect(await ended('partial')).toMatchObject({ status: 'ready', data: [] })
})

test('whatever is no task of the account is 404, also when its id is no id', async () => {
  const app = await withApp()
  const { _id } = await create(app)
  const other = await app.fetch(`${TASKS}/${_id}`, { headers: { 'x-api-key': 'key-of-two' } })
  expect(other.status).toBe(404)
  for (const id of [
    'a%2Fb%20c',
    '0'.repeat(24),
    '%00',
    '%zz',
    "'%20or%201=1",
    'x'.repeat(900),
    'x'.repeat(3000),
  ]) {
    const response = await app.fetch(`${TASKS}/${id}`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({
      code: 'resource_not_exist',
      error: { code: 'resource_not_exist' },
    })
  }
})

test('HEAD of a task has the headers and no body', async () => {
  const app = await withApp()
  const { _id } = await create(app)
  await app.room.drain()
  const response = await app.fetch(`${TASKS}/${_id}`, { method: 'HEAD' })
  expect(response.status).toBe(200)
  expect(response.headers.get('x-embedline-model')).toBe('tiny@1')
  expect(response.headers.get('content-length')).toBeNull()
  expect(await response.text()).toBe('')
})

test('a task whose vectors were taken from an earlier one says so, and X-Embedline-Reuse decides on that', async () => {
  const app = await withApp()
  const send = async (wish?: string) => {
    const headers: Record<string, string> = wish === undefined ? {} : { 'x-embedline-reuse': wish }
    const answer = await app.fetch(TASKS, { method: 'POST', headers, body: JSON.stringify(body()) })
    await app.room.drain()
    return { status: answer.status, body: (await answer.json()) as Created & { message?: string } }
  }
  const taken = async ({ body: { _id } }: { body: Created }) => (await retrieve(app, _id)).reused_from
  const first = await send()
  expect(await taken(first)).toBeUndefined()
  expect(await taken(await send())).toBeUndefined()
  const second = await send('yes')
  expect(await taken(second)).toEqual(expect.any(String))
  expect(await taken(await send('no'))).toBeUndefined()
  expect((await retrieve(app, second.body._id)).data).toEqual((await retrieve(app, first.body._id)).data)
  const rows = (await (await app.fetch(TASKS)).json()) as { data: { _id: string; reused_from?: string }[] }
  expect(rows.data.filter(({ reused_from }) => reused_from !== undefined)).toMatchObject([
    { _id: second.body._id },
  ])
  expect(await send('maybe')).toMatchObject({ status: 400, body: { code: 'parameter_invalid' } })
})
