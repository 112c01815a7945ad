import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { webServer } from '../../../../test/support/webServer.ts'
import { KEY, withApp, type TestApp } from '../../../../test/support/withApp.ts'
import { EmbedlineError } from '../../../domain/errors.ts'
import { CreatedTask, Task, TaskPage, TaskStatus } from './answers.ts'

const TASKS = '/v1.3/embed/tasks'

type Part = [name: string, content: string, filename?: string]

const VIDEO: Part = ['video_file', 'a video', 'clip.mp4']
const MODEL: Part = ['model_name', 'marengo3.0']

function form(...parts: Part[]): FormData {
  const data = new FormData()
  for (const [name, content, filename] of parts)
    if (filename === undefined) data.append(name, content)
    else data.append(name, new Blob([content]), filename)
  return data
}

const send = (app: TestApp, parts: readonly Part[], headers: Record<string, string> = {}) =>
  app.fetch(TASKS, { method: 'POST', body: form(...parts), headers })

const create = async (app: TestApp, ...parts: Part[]) =>
  CreatedTask.parse(await (await send(app, parts)).json())._id

const json = async (app: TestApp, path: string) => (await app.fetch(path)).json()

test('a video is embedded in clips of six seconds, and told of in the words of the first version', async () => {
  const app = await withApp()
  const response = await send(app, [MODEL, VIDEO])
  expect(response.status).toBe(200)
  expect(response.headers.get('x-embedline-model')).toBe('tiny@1')
  const { _id } = CreatedTask.parse(await response.json())
  const before = Task.parse(await json(app, `${TASKS}/${_id}`))
  expect(before).toMatchObject({ status: 'processing', video_embedding: { metadata: {} } })
  expect(before.video_embedding).not.toHaveProperty('segments')

  await app.room.drain()
  expect(TaskStatus.parse(await json(app, `${TASKS}/${_id}/status`))).toMatchObject({
    _id,
    model_name: 'marengo3.0',
    status: 'ready',
    video_embedding: {
      metadata: {
        input_filename: 'clip.mp4',
        video_clip_length: 6,
        video_embedding_scope: ['clip'],
        video_embedding_option: ['visual', 'audio'],
        duration: 150,
      },
    },
    model: { id: 'tiny', revision: '1' },
  })
  const { video_embedding: video, created_at: created } = Task.parse(await json(app, `${TASKS}/${_id}`))
  expect(created).toMatch(/^2030-/)
  expect(video?.segments).toHaveLength(50)
  expect(video?.segments?.[0]).toEqual({
    float: [1, 0, 0, 0],
    start_offset_sec: 0,
    end_offset_sec: 6,
    embedding_option: 'visual',
    embedding_scope: 'clip',
    space: 'tiny',
  })
  expect(await app.leftovers()).toEqual([])
})

test('both scopes, a part of the video, and only the options that are asked for', async () => {
  const app = await withApp()
  const id = await create(
    app,
    ['video_embedding_scope', 'clip'],
    VIDEO,
    ['video_embedding_scope', 'video'],
    ['video_clip_length', '6.0'],
    ['video_start_offset_sec', '6'],
    ['video_end_offset_sec', '18.5'],
    MODEL,
  )
  await app.room.drain()
  const segments = async (query: string) =>
    Task.parse(await json(app, `${TASKS}/${id}${query}`)).video_embedding?.segments ?? []
  const all = await segments('')
  expect(all.map((each) => [each.embedding_scope, each.embedding_option, each.start_offset_sec])).toEqual([
    ['clip', 'visual', 6],
    ['clip', 'audio', 6],
    ['clip', 'visual', 12],
    ['clip', 'audio', 12],
    ['video', 'visual', 6],
    ['video', 'audio', 6],
  ])
  const audio = all.filter((each) => each.embedding_option === 'audio')
  expect(await segments('?embedding_option=audio')).toEqual(audio)
  expect(await segments('?embedding_option=audio&embedding_option=visual')).toEqual(all)
  // The older word for the pictures, which the example of the newest client still uses.
  expect(await segments('?embedding_option=visual-text,audio')).toEqual(all)
  expect(await segments('?embedding_option=transcription')).toEqual([])
  const refused = await app.fetch(`${TASKS}/${id}?embedding_option=smell`)
  expect(refused.status).toBe(400)
})

test('a client of the older model finds its pictures under their older name', async () => {
  const app = await withApp()
  const id = await create(app, ['model_name', 'Marengo-retrieval-2.7'], VIDEO)
  await app.room.drain()
  const task = Task.parse(await json(app, `${TASKS}/${id}?embedding_option=visual-text`))
  expect(task.model_name).toBe('Marengo-retrieval-2.7')
  expect(task.video_embedding?.metadata.video_embedding_option).toEqual(['visual-text', 'audio'])
  const options = new Set(task.video_embedding?.segments?.map((each) => each.embedding_option))
  expect(options).toEqual(new Set(['visual-text']))
  // The newer contract never had that model.
  const newer = {
    input_type: 'audio',
    model_name: 'Marengo-retrieval-2.7',
    audio: { media_source: { url: 'x' } },
  }
  expect((await app.post('/v1.3/embed-v2/tasks', newer)).status).toBe(400)
})

test('both versions list the same tasks, each in its words', async () => {
  const app = await withApp()
  const id = await create(app, MODEL, VIDEO, ['video_embedding_scope', 'video'])
  const sound = { input_type: 'audio', audio: { media_source: { base64_string: 'QUJD' } } }
  app.room.clock.advance(1000)
  const { _id: newer } = (await (await app.post('/v1.3/embed-v2/tasks', sound)).json()) as { _id: string }
  await app.room.drain()
  const { data, page_info: info } = TaskPage.parse(await json(app, `${TASKS}?page_limit=50`))
  expect(data.map((each) => each._id)).toEqual([newer, id])
  expect(data[1]?.video_embedding?.metadata.video_embedding_scope).toEqual(['video'])
  expect(info).toMatchObject({ total_results: 2, limit_per_page: 50 })
  expect(await json(app, '/v1.3/embed-v2/tasks?status=ready')).toMatchObject({
    data: [{ audio_embedding: {} }, { video_embedding: { metadata: { video_embedding_scope: ['asset'] } } }],
  })
  expect(await json(app, `${TASKS}?page=3`)).toMatchObject({ data: [] })
  expect(await json(app, `${TASKS}/${newer}`)).toMatchObject({
    status: 'ready',
    audio_embedding: { segments: expect.arrayContaining([{}].map(() => expect.anything())) },
  })
})

test('the URL wins over a file', async () => {
  const app = await withApp()
  const refused = await send(app, [MODEL, VIDEO, ['video_url', 'ftp://example.org/clip.mp4']])
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: { details: { field: 'video_url' } } })
  const web = await webServer((_request, response) => response.end('another video'))
  const id = await create(app, MODEL, VIDEO, ['video_url', `${web.url}/clip.webm`])
  expect(await json(app, `${TASKS}/${id}/status`)).toMatchObject({
    video_embedding: {
      metadata: { input_url: `${web.url}/clip.webm`, input_filename: 'clip.webm' },
    },
  })
})

test('a task that fails says why', async () => {
  const app = await withApp()
  app.room.compute.beforeInspect = () => {
    throw new EmbedlineError('media_unreadable', 'This is no media.')
  }
  const id = await create(app, MODEL, VIDEO)
  await app.room.drain()
  for (const path of [`${TASKS}/${id}`, `${TASKS}/${id}/status`])
    expect(await json(app, path)).toMatchObject({
      status: 'failed',
      error: { message: 'This is no media.', code: 'media_unreadable' },
    })
})

test.for<[field: string, code: string, ...parts: Part[]]>([
  ['model_name', 'parameter_not_provided', VIDEO],
  ['model_name', 'parameter_invalid', VIDEO, ['model_name', 'marengo9']],
  ['video_url', 'parameter_not_provided', MODEL],
  ['video_file', 'parameter_invalid', MODEL, ['video_file', '', 'clip.mp4']],
  ['video_file', 'parameter_invalid', MODEL, VIDEO, VIDEO],
  ['video_clip_length', 'parameter_invalid', MODEL, VIDEO, ['video_clip_length', '1']],
  ['video_clip_length', 'parameter_invalid', MODEL, VIDEO, ['video_clip_length', '11']],
  ['video_clip_length', 'parameter_invalid', MODEL, VIDEO, ['video_clip_length', '2.5']],
  ['video_clip_length', 'parameter_invalid', MODEL, VIDEO, ['video_clip_length', 'six']],
  [
    'video_clip_length',
    'parameter_invalid',
    MODEL,
    VIDEO,
    ['video_clip_length', '3'],
    ['video_clip_length', '3'],
  ],
  ['video_end_offset_sec', 'parameter_not_provided', MODEL, VIDEO, ['video_start_offset_sec', '3']],
  ['video_start_offset_sec', 'parameter_not_provided', MODEL, VIDEO, ['video_end_offset_sec', '9']],
  [
    'video_start_offset_sec',
    'parameter_invalid',
    MODEL,
    VIDEO,
    ['video_start_offset_sec', '-1'],
    ['video_end_offset_sec', '9'],
  ],
  [
    'video_end_offset_sec',
    'parameter_invalid',
    MODEL,
    VIDEO,
    ['video_start_offset_sec', '4'],
    ['video_end_offset_sec', '9'],
  ],
  ['video_embedding_scope[0]', 'parameter_invalid', MODEL, VIDEO, ['video_embedding_scope', 'asset']],
  [
    'video_embedding_scope',
    'parameter_invalid',
    MODEL,
    VIDEO,
    ['video_embedding_scope', 'clip'],
    ['video_embedding_scope', 'clip'],
  ],
  ['engine', 'parameter_unknown', MODEL, VIDEO, ['engine', 'x']],
  ['image_file', 'parameter_unknown', MODEL, ['image_file', 'x', 'x.png']],
])('a form with a bad %s is refused with %s', async ([field, code, ...parts]) => {
  const app = await withApp()
  const response = await send(app, parts)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code, error: { details: { field } } })
  expect(await app.leftovers()).toEqual([])
  expect(await json(app, TASKS)).toMatchObject({ data: [] })
})

test('what is no form is refused', async () => {
  const app = await withApp()
  for (const type of ['application/json', 'multipart/form-data', 'text/plain']) {
    const headers = { 'content-type': type }
    const response = await app.fetch(TASKS, { method: 'POST', body: '{}', headers })
    expect(response.status).toBe(400)
  }
})

test('a form is never answered by a status that clients send it again for', async () => {
  const app = await withApp((parts) => ({
    objects: {
      ...parts.objects,
      receive: () => Promise.reject(new EmbedlineError('disk_full', 'No space is left.')),
    },
  }))
  const response = await send(app, [MODEL, VIDEO])
  expect(response.status).toBe(403)
  expect(await response.json()).toMatchObject({ code: 'usage_limit_exceeded' })
})

test('a client that goes away in the middle of a video leaves nothing behind', async () => {
  const app = await withApp()
  const socket = connect(app.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    `POST ${TASKS} HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ntransfer-encoding: chunked\r\n` +
      'content-type: multipart/form-data; boundary=b\r\n\r\n' +
      '56\r\n--b\r\nContent-Disposition: form-data; name="video_file"; filename="clip.mp4"\r\n\r\nbytes\r\n',
  )
  await expect.poll(() => app.leftovers()).toHaveLength(1)
  socket.destroy()
  await expect.poll(() => app.leftovers()).toEqual([])
})

test('a create that is sent again with its key is answered again, whatever its boundary', async () => {
  const app = await withApp()
  const headers = { 'idempotency-key': 'one' }
  const first = await send(app, [MODEL, VIDEO], headers)
  const second = await send(app, [VIDEO, MODEL], headers)
  expect(await second.json()).toEqual(await first.json())
  expect(second.headers.get('idempotent-replayed')).toBe('true')
  expect((await send(app, [MODEL, ['video_file', 'another', 'clip.mp4']], headers)).status).toBe(422)
  expect(await json(app, TASKS)).toMatchObject({ page_info: { total_results: 1 } })
})

test('the tasks of another account are not there', async () => {
  const app = await withApp()
  const id = await create(app, MODEL, VIDEO)
  for (const path of [`${TASKS}/${id}`, `${TASKS}/${id}/status`])
    expect((await app.fetch(path, { headers: { 'x-api-key': 'key-of-two' } })).status).toBe(404)
  expect((await app.fetch(`${TASKS}/${id}`, { method: 'DELETE' })).status).toBe(405)
})
