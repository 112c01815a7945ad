import { expect, test } from 'vitest'
import { webServer } from '../../../test/support/webServer.ts'
import { withApp } from '../../../test/support/withApp.ts'
import { EmbedlineError } from '../../domain/errors.ts'

const TASKS = '/v1.3/embed-v2/tasks'
const EMBED = '/v1.3/embed-v2'

const videoAt = (url: string) => ({ input_type: 'video', video: { media_source: { url } } })
const pictureAt = (url: string) => ({ input_type: 'image', image: { media_source: { url } } })

test('a video is fetched after its task was accepted, and the answer says from where', async () => {
  const app = await withApp()
  const server = await webServer((_request, response) => response.end('a video'))
  const url = `${server.url}/clip.mp4`
  const response = await app.post(TASKS, videoAt(url))
  expect(response.status).toBe(202)
  expect(server.seen).toEqual([])
  const { _id: id } = (await response.json()) as { _id: string }
  await app.room.drain()
  expect(await (await app.fetch(`${TASKS}/${id}`)).json()).toMatchObject({
    status: 'ready',
    metadata: { input_url: url, input_filename: 'clip.mp4' },
  })
  expect(await (await app.fetch(TASKS)).json()).toMatchObject({
    data: [{ video_embedding: { metadata: { input_url: url, input_filename: 'clip.mp4' } } }],
  })
})

test.for([
  ['ftp://example.com/a.mp4', 'bad_scheme'],
  ['https://me:secret@example.com/a.mp4', 'userinfo'],
  ['http://169.254.169.254/latest/meta-data/', 'private_address'],
  ['http://[::1]/a.mp4', 'private_address'],
  ['http://nobody.example/a.mp4', 'unknown_name'],
  ['http://127.0.0.1:1/a.mp4', 'connection_refused'],
  ['a.mp4', 'bad_url'],
] as const)('%s: 400 with the reason %s', async ([url, reason]) => {
  const app = await withApp()
  const response = await app.post(TASKS, videoAt(url))
  const field = 'video.media_source.url'
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    code: 'parameter_invalid',
    message: expect.stringContaining(`\`${field}\``) as string,
    error: { code: 'parameter_invalid', details: { field, reason } },
  })
  const picture = await app.post(EMBED, pictureAt(url))
  expect(picture.status).toBe(400)
  expect(await picture.json()).toMatchObject({
    error: { details: { field: 'image.media_source.url', reason } },
  })
})

test('a URL that fails later is a task that fails, with a message', async () => {
  const app = await withApp()
  const server = await webServer((_request, response) => response.writeHead(410).end())
  const { _id: id } = (await (await app.post(TASKS, videoAt(server.url))).json()) as { _id: string }
  await app.room.drain()
  expect(await (await app.fetch(`${TASKS}/${id}`)).json()).toMatchObject({
    status: 'failed',
    error: { code: 'fetch_not_found', message: `127.0.0.1:${server.port} answered 410.` },
  })
})

test('a picture at a URL is embedded while the client waits, and nothing of it stays', async () => {
  const app = await withApp()
  const server = await webServer((_request, response) => response.end('a picture'))
  const response = await app.post(EMBED, pictureAt(server.url))
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ data: [{ embedding: [0, 0, 1, 0] }] })
  expect(await app.leftovers()).toEqual([])
})

test('a picture that cannot be had, or is none, is the fault of the URL', async () => {
  const app = await withApp((parts) => ({
    compute: {
      ...parts.compute,
      embedPicture: async () => Promise.reject(new EmbedlineError('media_unreadable', 'It is no picture.')),
    },
    limits: { ...parts.limits, inlinePictureBytes: 100 },
  }))
  const server = await webServer((request, response) => {
    if (request.url === '/large') response.end(Buffer.alloc(101))
    else response.writeHead(request.url === '/busy' ? 503 : 200).end('no picture')
  })
  const asked = async (path: string) =>
    (await (await app.post(EMBED, pictureAt(server.url + path))).json()) as { error: { details: object } }
  const field = 'image.media_source.url'
  expect((await asked('/large')).error.details).toEqual({ field, reason: 'too_large' })
  expect((await asked('/busy')).error.details).toEqual({ field, reason: 'server_error' })
  expect((await asked('/text')).error.details).toEqual({ field })
  expect(await app.leftovers()).toEqual([])
})

test('an asset that is still fetched cannot be embedded at once', async () => {
  const app = await withApp()
  const server = await webServer((_request, response) => response.end('a picture'))
  const form = new FormData()
  form.append('method', 'url')
  form.append('url', server.url)
  const { _id: id } = (await (await app.fetch('/v1.3/assets', { method: 'POST', body: form })).json()) as {
    _id: string
  }
  const wanted = { input_type: 'image', image: { media_source: { asset_id: id } } }
  expect(await (await app.post(EMBED, wanted)).json()).toMatchObject({
    message: expect.stringContaining('still being fetched') as string,
    error: { details: { field: 'image.media_source.asset_id' } },
  })
  await app.room.drain()
  expect((await app.post(EMBED, wanted)).status).toBe(200)
})
