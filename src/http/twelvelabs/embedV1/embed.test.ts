import { expect, test } from 'vitest'
import { withApp, type TestApp } from '../../../../test/support/withApp.ts'
import { EmbedlineError } from '../../../domain/errors.ts'
import { Embeddings } from './answers.ts'

type Part = [name: string, content: string, filename?: string]

const MODEL: Part = ['model_name', 'marengo3.0']
const PICTURE: Part = ['image_file', 'a picture', 'still.png']
const SOUND: Part = ['audio_file', 'a sound', 'roar.mp3']

function send(app: TestApp, ...parts: Part[]) {
  const data = new FormData()
  for (const [name, content, filename] of parts)
    if (filename === undefined) data.append(name, content)
    else data.append(name, new Blob([content]), filename)
  return app.fetch('/v1.3/embed', { method: 'POST', body: data })
}

test('a text has one segment', async () => {
  const app = await withApp()
  const response = await send(app, MODEL, ['text', 'abc'])
  expect(response.status).toBe(200)
  expect(response.headers.get('x-embedline-model')).toBe('tiny@1')
  const answer = Embeddings.parse(await response.json())
  expect(answer).toMatchObject({
    model_name: 'marengo3.0',
    model: { id: 'tiny', space: 'tiny', dimension: 4 },
  })
  expect(answer.text_embedding?.segments).toHaveLength(1)
  expect(answer.text_embedding?.segments[0]?.float).toHaveLength(4)
  expect(answer).not.toHaveProperty('image_embedding')
})

test('a text, a picture and a sound may come together', async () => {
  const app = await withApp()
  const answer = Embeddings.parse(
    await (await send(app, SOUND, PICTURE, ['text', 'abc'], ['audio_start_offset_sec', '138'], MODEL)).json(),
  )
  expect(answer.image_embedding).toEqual({
    segments: [{ float: [0, 0, 1, 0], space: 'tiny' }],
    metadata: { input_filename: 'still.png' },
  })
  expect(answer.audio_embedding).toEqual({
    segments: [
      { float: [1, 0, 0, 0], start_offset_sec: 138, end_offset_sec: 144, space: 'tiny' },
      { float: [1, 0, 0, 0], start_offset_sec: 144, end_offset_sec: 150, space: 'tiny' },
    ],
    metadata: { input_filename: 'roar.mp3' },
  })
  expect(answer.text_embedding?.segments).toHaveLength(1)
  expect(await app.leftovers()).toEqual([])
})

test('the answers of several kinds tell the space of each', async () => {
  const app = await withApp((parts) => {
    const facts = parts.models.facts({ id: 'tiny', revision: '1' })
    const spaces = { ...facts.spaces, image: { space: 'tiny-image', dimension: 4 } }
    return { models: { ...parts.models, resolve: () => ({ ...facts, spaces }) } }
  })
  expect(await (await send(app, MODEL, PICTURE, ['text', 'a'])).json()).toMatchObject({
    model: { id: 'tiny', spaces: { text: 'tiny', image: 'tiny-image' } },
  })
})

test.for<[field: string, code: string, ...parts: Part[]]>([
  ['text', 'parameter_not_provided', MODEL],
  ['text', 'parameter_invalid', MODEL, ['text', '']],
  ['text', 'parameter_invalid', MODEL, ['text', 'word '.repeat(501)]],
  ['model_name', 'parameter_not_provided', ['text', 'a']],
  ['model_name', 'parameter_invalid', ['text', 'a'], ['model_name', 'thenlper/gte-large']],
  ['audio_start_offset_sec', 'parameter_invalid', MODEL, ['text', 'a'], ['audio_start_offset_sec', '1']],
  ['audio_start_offset_sec', 'parameter_invalid', MODEL, SOUND, ['audio_start_offset_sec', '1s']],
  ['audio_file', 'parameter_invalid', MODEL, SOUND, ['audio_start_offset_sec', '151']],
  ['image_url', 'parameter_invalid', MODEL, PICTURE, ['image_url', 'ftp://example.org/x.png']],
  ['audio_url', 'parameter_invalid', MODEL, SOUND, ['audio_url', 'file:///etc/passwd']],
  ['image_file', 'parameter_invalid', MODEL, ['image_file', '', 'x.png']],
  ['video_file', 'parameter_unknown', MODEL, ['video_file', 'x', 'x.mp4']],
])('a form with a bad %s is refused with %s', async ([field, code, ...parts]) => {
  const app = await withApp()
  const response = await send(app, ...parts)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code, error: { details: { field } } })
  expect(await app.leftovers()).toEqual([])
})

test('a form with a bad field costs no computing', async () => {
  let embedded = 0
  const app = await withApp(({ compute }) => ({
    compute: {
      ...compute,
      embedTexts: (...ask) => {
        embedded++
        return compute.embedTexts(...ask)
      },
    },
  }))
  await send(app, MODEL, ['text', 'a'], ['audio_start_offset_sec', '1'])
  expect(embedded).toBe(0)
})

test('media that cannot be read is named by its field', async () => {
  const app = await withApp((parts) => ({
    compute: {
      ...parts.compute,
      embedPicture: () => Promise.reject(new EmbedlineError('media_unreadable', 'This is no picture.')),
    },
  }))
  const response = await send(app, MODEL, PICTURE)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    message: 'The `image_file` parameter is invalid. This is no picture.',
    error: { details: { field: 'image_file' } },
  })
})
