import { expect, test } from 'vitest'
import { withApp } from '../../../test/support/withApp.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { Embeddings } from './answers.ts'

const EMBED = '/v1.3/embed-v2'
const BASE64 = Buffer.from('a picture').toString('base64')

const text = (inputText: unknown, top: object = {}) => ({
  input_type: 'text',
  text: { input_text: inputText },
  ...top,
})
const SOURCE = { media_source: { base64_string: BASE64 } }
const ONE_FUSED = { embedding_type: ['fused_embedding'], embedding_option: ['visual'] }
const media = (inputType: 'video' | 'audio', options: object = {}): Record<string, object | string> => ({
  input_type: inputType,
  [inputType]: { ...SOURCE, ...FIXED[inputType], ...options },
})
const FIXED = {
  video: { segmentation: { strategy: 'fixed', fixed: { duration_sec: 6 } } },
  audio: {},
}
const image = (source: object) => ({ input_type: 'image', image: { media_source: source } })

test('a text is answered by one vector that belongs to no time, with its model', async () => {
  const app = await withApp()
  const response = await app.post(EMBED, text('hello', { model_name: 'marengo3.0', auto_truncate: false }))
  expect(response.status).toBe(200)
  expect(response.headers.get('x-embedline-model')).toBe('tiny@1')
  expect(Embeddings.parse(await response.json())).toEqual({
    data: [
      {
        embedding: [0, 1, 0, 0],
        embedding_option: null,
        embedding_scope: null,
        start_sec: null,
        end_sec: null,
        space: 'tiny',
      },
    ],
    model: { id: 'tiny', revision: '1', precision: 'float32', space: 'tiny', dimension: 4 },
  })
})

test('an explicit null is the same as no field at all', async () => {
  const app = await withApp()
  const nothing = {
    model_name: null,
    auto_truncate: null,
    image: null,
    text_image: null,
    audio: null,
    video: null,
    multi_input: null,
    embedding_uncertainty: null,
    embedding_dimension: null,
  }
  expect((await app.post(EMBED, text('hello', nothing))).status).toBe(200)
})

test('a picture comes as base64 or as an asset, and no file of it stays', async () => {
  const app = await withApp()
  const form = new FormData()
  form.append('method', 'direct')
  form.append('file', new Blob(['a picture']), 'a.png')
  const asset = (await (await app.fetch('/v1.3/assets', { method: 'POST', body: form })).json()) as {
    _id: string
  }
  for (const source of [{ base64_string: BASE64 }, { asset_id: asset._id }]) {
    const response = await app.post(EMBED, image(source))
    expect(response.status).toBe(200)
    expect(Embeddings.parse(await response.json())).toMatchObject({
      data: [{ embedding: [0, 0, 1, 0] }],
      metadata: { input_type: 'image' },
    })
  }
  expect(await app.leftovers()).toEqual([])
})

test.for([
  ['no text', { input_type: 'text' }, 'text'],
  ['an empty text', text(''), 'text.input_text'],
  ['a number for a text', text(7), 'text.input_text'],
  ['a long text', text('word '.repeat(501).trim()), 'text.input_text'],
  ['a text that may be cut', text('x', { auto_truncate: true }), 'auto_truncate'],
  ['a picture beside the text', { ...text('x'), ...image({}), input_type: 'text' }, 'image'],
  ['a text beside the picture', { ...text('x'), ...image({ base64_string: BASE64 }) }, 'text'],
  ['no picture', { input_type: 'image' }, 'image'],
  ['no URL', image({ url: 'c.png' }), 'image.media_source.url'],
  ['an unknown asset', image({ asset_id: 'x' }), 'image.media_source.asset_id'],
  ['no sound', { input_type: 'audio' }, 'audio'],
  ['no video', { input_type: 'video' }, 'video'],
  ['sound beside the video', { ...media('video'), audio: SOURCE }, 'audio'],
  ['a fused vector of one thing', media('video', ONE_FUSED), 'video.embedding_type'],
  ['no text beside the picture', { input_type: 'text_image', text_image: SOURCE }, 'text_image.input_text'],
  ['several inputs, of which there are none', { input_type: 'multi_input' }, 'multi_input.input_text'],
  ['a text alone for the newer model', text('x', { model_name: 'marengo3.5' }), 'input_type'],
  ['a model that nobody has', text('x', { model_name: 'ada' }), 'model_name'],
  ['a size of a later model', text('x', { embedding_dimension: 128 }), 'embedding_dimension'],
  ['an unknown field', text('x', { language: 'de' }), 'language'],
] as const)('%s: 400 that names the field', async ([, request, field]) => {
  const app = await withApp()
  const response = await app.post(EMBED, request)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { details: { field } } })
})

test('a video is answered at once by the vectors of its clips and of the whole', async () => {
  const app = await withApp()
  const response = await app.post(EMBED, media('video', { embedding_scope: ['clip', 'asset'] }))
  expect(response.status).toBe(200)
  const answer = Embeddings.parse(await response.json())
  expect(answer.data).toHaveLength(2 * 25 + 2)
  expect(answer.data[0]).toEqual({
    embedding: [1, 0, 0, 0],
    embedding_option: 'visual',
    embedding_scope: 'clip',
    start_sec: 0,
    end_sec: 6,
    space: 'tiny',
  })
  expect(answer.data.at(-1)).toMatchObject({
    embedding_option: 'audio',
    embedding_scope: 'asset',
    end_sec: 150,
  })
  expect(answer).toMatchObject({
    metadata: { input_type: 'video', embedding_scopes: ['clip', 'asset'], duration: 150 },
    model: { id: 'tiny', precision: 'float32', space: 'tiny', dimension: 4 },
    warnings: [{ code: 'option_unavailable', option: 'transcription' }],
  })
  expect(await app.leftovers()).toEqual([])
})

test('what a video lacks and was asked for by name is refused, as is one that is too long', async () => {
  const lacking = await withApp()
  const named = media('video', { embedding_option: ['transcription', 'visual'] })
  expect(await (await lacking.post(EMBED, named)).json()).toMatchObject({
    error: { details: { field: 'video.embedding_option' } },
  })
  const strict = await withApp(({ limits }) => ({ limits: { ...limits, syncMediaSec: 149 } }))
  const response = await strict.post(EMBED, media('audio'))
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ message: expect.stringContaining('at most 149 s') })
})

test('a picture and a text together are one vector', async () => {
  const app = await withApp()
  const both = { input_type: 'text_image', text_image: { ...SOURCE, input_text: 'a dog' } }
  expect(Embeddings.parse(await (await app.post(EMBED, both)).json())).toMatchObject({
    data: [{ embedding: [0, 0, 1, 0], embedding_option: null }],
    metadata: { input_type: 'text_image' },
  })
})

test('a model whose files are not here is named, and the caller may try again', async () => {
  const missing = new EmbedlineError('model_missing', 'The files of tiny are not here.')
  const app = await withApp(({ models }) => ({ models: { ...models, problem: () => missing } }))
  const response = await app.post(EMBED, text('x'))
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ message: missing.message })
})

test('what is no picture is refused, naming where it came from', async () => {
  const app = await withApp(({ compute }) => ({
    compute: {
      ...compute,
      embedPicture: () => Promise.reject(new EmbedlineError('media_unreadable', 'It is a text.')),
    },
  }))
  const response = await app.post(EMBED, image({ base64_string: BASE64 }))
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    message: expect.stringContaining('It is a text.'),
    error: { details: { field: 'image.media_source.base64_string' } },
  })
})

test('a picture of more bytes than pictures may have is refused', async () => {
  const app = await withApp(({ limits }) => ({ limits: { ...limits, inlinePictureBytes: 8 } }))
  const response = await app.post(EMBED, image({ base64_string: BASE64 }))
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    error: { details: { field: 'image.media_source.base64_string' } },
  })
})

test('a bug of ours is 500 without its words, and the log has them under the id of the request', async () => {
  const app = await withApp(({ compute }) => ({
    compute: { ...compute, embedTexts: () => Promise.reject(new Error('secret of the house')) },
  }))
  const response = await app.post(EMBED, text('x'))
  const answer = await response.text()
  expect(response.status).toBe(500)
  expect(answer).not.toContain('secret')
  const requestId = response.headers.get('x-request-id')
  expect(answer).toContain(requestId)
  expect(app.log.filter(({ level }) => level === 'error')).toMatchObject([
    { fields: { requestId, error: { message: 'secret of the house' } } },
  ])
})

test('work that is overloaded or restarting is 5xx, so that clients try again', async () => {
  const app = await withApp(({ compute }) => ({
    compute: {
      ...compute,
      embedTexts: () => Promise.reject(new EmbedlineError('compute_unavailable', 'No child is up.')),
    },
  }))
  const response = await app.post(EMBED, text('x'))
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ message: 'No child is up.' })
})

test('when the client goes away, the work for it is called off', async () => {
  const calledOff = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const app = await withApp(({ compute }) => ({
    compute: {
      ...compute,
      embedTexts: (_model, _texts, _use, signal) => {
        begun.resolve()
        signal?.addEventListener('abort', () => calledOff.resolve())
        return calledOff.promise.then(() => {
          throw new EmbedlineError('aborted', 'Called off.')
        })
      },
    },
  }))
  const leaving = new AbortController()
  const answer = app.fetch(EMBED, { method: 'POST', body: JSON.stringify(text('x')), signal: leaving.signal })
  await begun.promise
  leaving.abort()
  await expect(answer).rejects.toThrow('aborted')
  await calledOff.promise
})

test('who prefers not to wait for the vectors of a video gets a task for them', async () => {
  const app = await withApp()
  const send = (prefer: string, key?: string) =>
    app.fetch(EMBED, {
      method: 'POST',
      headers: { prefer, ...(key !== undefined && { 'idempotency-key': key }) },
      body: JSON.stringify(media('video')),
    })
  const answer = await send('respond-async, wait=10', 'key-1')
  expect(answer.status).toBe(202)
  expect(answer.headers.get('preference-applied')).toBe('respond-async')
  const { _id: id, status } = (await answer.json()) as { _id: string; status: string }
  expect(status).toBe('processing')
  expect(answer.headers.get('location')).toBe(`${app.url}/v1.3/embed-v2/tasks/${id}`)
  const again = await send('respond-async', 'key-1')
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect(await again.json()).toMatchObject({ _id: id })
  await app.room.drain()
  const task = (await (await app.fetch(`/v1.3/embed-v2/tasks/${id}`)).json()) as { data: unknown[] }
  const now = (await (await send('wait=100')).json()) as { data: unknown[] }
  expect(task.data).toEqual(now.data)
})

test('a preference that cannot be met changes nothing, and does not make what is wrong right', async () => {
  const app = await withApp()
  const send = (body: unknown) =>
    app.fetch(EMBED, {
      method: 'POST',
      headers: { prefer: 'respond-async' },
      body: JSON.stringify(body),
    })
  const answer = await send(text('hello'))
  expect(answer.status).toBe(200)
  expect(answer.headers.has('preference-applied')).toBe(false)
  const refused = await send(media('video', { start_sec: 5, end_sec: 1 }))
  expect(refused.status).toBe(400)
  expect(refused.headers.has('preference-applied')).toBe(false)
})
