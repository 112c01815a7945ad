import { expect, test } from 'vitest'
import { withApp, type TestApp } from '../../../test/support/withApp.ts'
import { Task, TaskPage } from './answers.ts'

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
  }
  expect((await app.post(TASKS, body(nothing, { audio: null, model_name: null }))).status).toBe(202)
})

test.for([
  ['a whole number written with a fraction of zero', '{"strategy":"fixed","fixed":{"duration_sec":2.0}}'],
  ['both bounds of dynamic segments', '{"strategy":"dynamic","dynamic":{"min_duration_sec":5}}'],
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

const INVALID = 'parameter_invalid'
const UNKNOWN = 'parameter_unknown'
const MISSING = 'parameter_not_provided'
const segmentation = (value: object) => body({ segmentation: value })

const REFUSED: [what: string, request: unknown, code: string, field: string | undefined][] = [
  ['no object', [], INVALID, undefined],
  ['no input type', { video: body().video }, MISSING, 'input_type'],
  ['an input type that nobody has', body({}, { input_type: 'smell' }), INVALID, 'input_type'],
  ['an input type of a later model', { input_type: 'document' }, INVALID, 'input_type'],
  ['a model that nobody has', body({}, { model_name: 'marengo9' }), INVALID, 'model_name'],
  ['a model that is not enabled', body({}, { model_name: 'marengo3.5' }), INVALID, 'model_name'],
  ['no object for the input type', { input_type: 'video' }, MISSING, 'video'],
  ['null for a field that is required', { input_type: 'video', video: null }, MISSING, 'video'],
  ['the object of another input type', body({}, { audio: body().video }), INVALID, 'audio'],
  ['an unknown field', body({}, { priority: 1 }), UNKNOWN, 'priority'],
  ['an unknown field inside', body({ embedding_dimension: 256 }), UNKNOWN, 'video.embedding_dimension'],
  ['an unknown source', body({ media_source: { path: '/etc/passwd' } }), UNKNOWN, 'video.media_source.path'],
  ['no source', body({ media_source: {} }), INVALID, 'video.media_source'],
  ['no sources at all', body({ media_source: undefined }), MISSING, 'video.media_source'],
  [
    'two sources',
    body({ media_source: { base64_string: BASE64, asset_id: 'x' } }),
    INVALID,
    'video.media_source',
  ],
  ['a URL', body({ media_source: { url: 'https://a.b/c.mp4' } }), INVALID, 'video.media_source.url'],
  ['an unknown asset', body({ media_source: { asset_id: 'x' } }), INVALID, 'video.media_source.asset_id'],
  [
    'base64 with a data: prefix',
    body({ media_source: { base64_string: `data:video/mp4;base64,${BASE64}` } }),
    INVALID,
    'video.media_source.base64_string',
  ],
  [
    'what is no base64',
    body({ media_source: { base64_string: 'Q' } }),
    INVALID,
    'video.media_source.base64_string',
  ],
  [
    'an empty base64',
    body({ media_source: { base64_string: '' } }),
    INVALID,
    'video.media_source.base64_string',
  ],
  [
    'a number for base64',
    body({ media_source: { base64_string: 7 } }),
    INVALID,
    'video.media_source.base64_string',
  ],
  ['a negative start', body({ start_sec: -1 }), INVALID, 'video.start_sec'],
  ['a start in words', body({ start_sec: '1' }), INVALID, 'video.start_sec'],
  ['an end before the start', body({ start_sec: 3, end_sec: 2 }), INVALID, 'video.end_sec'],
  ['an end at the start', body({ start_sec: 3, end_sec: 3 }), INVALID, 'video.end_sec'],
  ['no such option', body({ embedding_option: ['smell'] }), INVALID, 'video.embedding_option[0]'],
  ['no option', body({ embedding_option: [] }), INVALID, 'video.embedding_option'],
  ['an option twice', body({ embedding_option: ['audio', 'audio'] }), INVALID, 'video.embedding_option'],
  ['visual for sound', audio({ embedding_option: ['visual'] }), INVALID, 'audio.embedding_option[0]'],
  ['a scope of a later model', body({ embedding_scope: ['local'] }), INVALID, 'video.embedding_scope[0]'],
  [
    'fused vectors of one option',
    body({ embedding_option: ['visual'], embedding_type: ['fused_embedding'] }),
    INVALID,
    'video.embedding_type',
  ],
  ['segments without strategy', segmentation({}), MISSING, 'video.segmentation.strategy'],
  ['a strategy without its object', segmentation({ strategy: 'fixed' }), MISSING, 'video.segmentation.fixed'],
  [
    'the object of the other strategy',
    segmentation({ strategy: 'fixed', fixed: { duration_sec: 6 }, dynamic: { min_duration_sec: 4 } }),
    INVALID,
    'video.segmentation.dynamic',
  ],
  [
    'the shape of a later model',
    segmentation({ temporal: { strategy: 'fixed', fixed: { duration_sec: 6 } } }),
    UNKNOWN,
    'video.segmentation.temporal',
  ],
  [
    'too long fixed segments',
    segmentation({ strategy: 'fixed', fixed: { duration_sec: 11 } }),
    INVALID,
    'video.segmentation.fixed.duration_sec',
  ],
  [
    'too short fixed segments',
    segmentation({ strategy: 'fixed', fixed: { duration_sec: 1 } }),
    INVALID,
    'video.segmentation.fixed.duration_sec',
  ],
  [
    'a fraction of a second',
    segmentation({ strategy: 'fixed', fixed: { duration_sec: 2.5 } }),
    INVALID,
    'video.segmentation.fixed.duration_sec',
  ],
  [
    'too long dynamic segments',
    segmentation({ strategy: 'dynamic', dynamic: { min_duration_sec: 6 } }),
    INVALID,
    'video.segmentation.dynamic.min_duration_sec',
  ],
  [
    'dynamic segments of sound',
    audio({ segmentation: { strategy: 'dynamic' } }),
    INVALID,
    'audio.segmentation.strategy',
  ],
]

test.for(REFUSED)(
  '%s: 400 that names the field, in both shapes, and no task',
  async ([, request, code, field]) => {
    const app = await withApp()
    const response = await app.post(TASKS, request)
    const answer = (await response.json()) as Record<string, unknown>
    expect(response.status).toBe(400)
    expect(answer).toMatchObject({
      code,
      error: { code, message: answer['message'], details: field ? { field } : {} },
    })
    if (field) expect(answer['message']).toContain(`\`${field}\``)
    expect(await app.parts.store.read.selectFrom('task').select('id').execute()).toEqual([])
    expect(await app.leftovers()).toEqual([])
  },
)

test('a key that looks like the prototype is an unknown field', async () => {
  const app = await withApp()
  const text = JSON.stringify(body()).replace('{', '{"__proto__":{"x":1},')
  const response = await app.fetch(TASKS, { method: 'POST', body: text })
  expect(response.status).toBe(400)
})

test('no JSON, no body and a form are refused as such', async () => {
  const app = await withApp()
  for (const init of [{ body: '{"input_type"' }, { body: '' }, {}, { body: new URLSearchParams('a=b') }]) {
    const response = await app.fetch(TASKS, { method: 'POST', ...init })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: INVALID })
  }
})

test('the states of the domain are shown as the three of the contract, a failure with its message', async () => {
  const app = await withApp()
  app.room.compute.beforeInspect = () => {
    throw new Error('broken on purpose')
  }
  const { _id } = await create(app)
  const end = (state: 'partial' | 'failed' | 'cancelled') =>
    app.parts.store.write((db) =>
      db
        .updateTable('task')
        .set({ state, error_code: 'media_unreadable', error_message: 'It is a picture.' })
        .execute(),
    )
  await end('failed')
  expect(await retrieve(app, _id)).toMatchObject({
    status: 'failed',
    data: null,
    error: { message: 'It is a picture.' },
  })
  await end('cancelled')
  expect(await retrieve(app, _id)).toMatchObject({ status: 'failed', data: null })
  await end('partial')
  expect(await retrieve(app, _id)).toMatchObject({ status: 'ready', data: [] })
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
  expect(await response.text()).toBe('')
})

const list = async (app: TestApp, query = '') =>
  TaskPage.parse(await (await app.fetch(`${TASKS}${query}`)).json())

test('a list is newest first, in pages, and empty past its end', async () => {
  const app = await withApp()
  const ids: string[] = []
  for (let count = 0; count < 3; count++) {
    app.room.clock.advance(1000)
    ids.unshift((await create(app))._id)
  }
  const first = await list(app, '?page_limit=2')
  expect(first.data.map(({ _id }) => _id)).toEqual(ids.slice(0, 2))
  expect(first.page_info).toEqual({ limit_per_page: 2, page: 1, total_page: 2, total_results: 3 })
  expect((await list(app, '?page_limit=2&page=2')).data.map(({ _id }) => _id)).toEqual(ids.slice(2))
  expect(await list(app, '?page=1000000000000')).toMatchObject({ data: [], page_info: { total_results: 3 } })
})

test('a list can be of one status and between two times', async () => {
  const app = await withApp()
  const start = app.room.clock.nowMs()
  const { _id } = await create(app)
  const at = (ms: number) => encodeURIComponent(new Date(start + ms).toISOString())
  const count = async (query: string) => (await list(app, query)).data.length
  expect(await count('?status=processing')).toBe(1)
  expect(await count('?status=ready')).toBe(0)
  expect(await count(`?started_at=${at(-1000)}&ended_at=${at(1000)}`)).toBe(1)
  expect(await count(`?started_at=${at(1000)}`)).toBe(0)
  expect(await count(`?ended_at=${at(-1000)}`)).toBe(0)
  await app.room.drain()
  expect((await list(app, '?status=ready')).data[0]?._id).toBe(_id)
})

test.for([
  'page=0',
  'page=-1',
  'page=1.5',
  'page=x',
  'page=',
  'page=1&page=2',
  'page_limit=0',
  'page_limit=51',
  'status=queued',
  'status=',
  'started_at=yesterday',
  'started_at=2030-01-01',
  'started_at=2030-02-30T00:00:00Z',
  'started_at=2030-01-01T25:00:00Z',
  'started_at=2030-01-01T00:00:00',
  'ended_at=1893456000',
])('a list with %s is refused, naming it', async (query) => {
  const app = await withApp()
  const response = await app.fetch(`${TASKS}?${query}`)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    code: INVALID,
    error: { details: { field: query.slice(0, query.indexOf('=')) } },
  })
})

test('rows of sounds carry both spellings of their options and scopes, rows of videos their clip length', async () => {
  const app = await withApp()
  app.room.compute.facts = { ...app.room.compute.facts, container: 'wav' }
  await create(app, audio({ embedding_option: ['audio'] }))
  await create(app, body({ segmentation: { strategy: 'fixed', fixed: { duration_sec: 3 } } }))
  const rows = (await list(app)).data
  const sound = rows.find((row) => row.audio_embedding)?.audio_embedding?.metadata
  expect(sound).toMatchObject({
    audio_embedding_option: ['audio'],
    audio_embedding_options: ['audio'],
    audio_embedding_scope: ['clip', 'asset'],
    audio_embedding_scopes: ['clip', 'asset'],
    start_offset_sec: 0,
  })
  const video = rows.find((row) => row.video_embedding)?.video_embedding?.metadata
  expect(video).toMatchObject({ video_clip_length: 3, video_embedding_scope: ['clip', 'asset'] })
})
