import { expect, test } from 'vitest'
import { withApp, type TestApp } from '../../../test/support/withApp.ts'
import { TaskPage } from './answers.ts'

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

const INVALID = 'parameter_invalid'

const create = async (app: TestApp, request: object = body()) =>
  (await (await app.post(TASKS, request)).json()) as { _id: string }

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
  '2030-01-01T02:00:00.000%2B02:00',
  '2030-01-01T02:00:00+02:00',
  '2029-12-31T19:00:00-05:00',
  '2030-01-01t00:00:00z',
  '2030-01-01%2000:00:00Z',
  '2030-01-01+00:00:00.000000Z',
  '2029-12-31T23:59:60Z',
])('%s is the first moment of 2030', async (time) => {
  const app = await withApp()
  const start = Date.parse('2030-01-01T00:00:00Z')
  app.room.clock.advance(start - 1 - app.room.clock.nowMs())
  await create(app)
  expect((await list(app, `?started_at=${time}`)).data).toEqual([])
  app.room.clock.advance(2)
  const { _id } = await create(app)
  expect((await list(app, `?started_at=${time}`)).data.map((row) => row._id)).toEqual([_id])
})

test.for([
  'page=0',
  'page=-1',
  'page=1.5',
  'page=1e3',
  'page=%2B1',
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
  'started_at=2030-01-01T24:00:00Z',
  'started_at=2030-01-01T00:60:00Z',
  'started_at=2030-01-01T00:00:00%2B24:00',
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
