import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { withApp } from '../../../test/support/withApp.ts'

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
const UNKNOWN = 'parameter_unknown'
const MISSING = 'parameter_not_provided'
const segmentation = (value: object) => body({ segmentation: value })

const REFUSED: [what: string, request: unknown, code: string, field: string | undefined][] = [
  ['no object', [], INVALID, undefined],
  ['no input type', { video: body().video }, MISSING, 'input_type'],
  ['an input type that nobody has', body({}, { input_type: 'smell' }), INVALID, 'input_type'],
  ['an input type of a later model', { input_type: 'document' }, INVALID, 'input_type'],
  ['a model that nobody has', body({}, { model_name: 'marengo9' }), INVALID, 'model_name'],
  ['no object for the input type', { input_type: 'video' }, MISSING, 'video'],
  ['null for a field that is required', { input_type: 'video', video: null }, MISSING, 'video'],
  ['the object of another input type', body({}, { audio: body().video }), INVALID, 'audio'],
  ['an unknown field', body({}, { priority: 1 }), UNKNOWN, 'priority'],
  ['a known field elsewhere', body({ embedding_dimension: 256 }), UNKNOWN, 'video.embedding_dimension'],
  ['an unknown source', body({ media_source: { path: '/etc/passwd' } }), UNKNOWN, 'video.media_source.path'],
  ['no source', body({ media_source: {} }), INVALID, 'video.media_source'],
  ['no sources at all', body({ media_source: undefined }), MISSING, 'video.media_source'],
  [
    'two sources',
    body({ media_source: { base64_string: BASE64, asset_id: 'x' } }),
    INVALID,
    'video.media_source',
  ],
  ['no URL', body({ media_source: { url: 'c.mp4' } }), INVALID, 'video.media_source.url'],
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
  ['a field of a later model', body({ time_based_metadata: [] }), INVALID, 'video.time_based_metadata'],
  ['a size of a later model', body({}, { embedding_dimension: 512 }), INVALID, 'embedding_dimension'],
  ['an answer of a later model', body({}, { embedding_uncertainty: true }), INVALID, 'embedding_uncertainty'],
  ['the object of a later model', body({}, { document: {} }), INVALID, 'document'],
  ['null among the options', body({ embedding_option: [null] }), INVALID, 'video.embedding_option[0]'],
  ['a number past all numbers', body({ start_sec: 'PAST' }), INVALID, 'video.start_sec'],
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
    // JSON has numbers that JavaScript cannot write.
    const text = JSON.stringify(request).replace('"PAST"', '1e400')
    const response = await app.fetch(TASKS, { method: 'POST', body: text })
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

test('what is no UTF-8 is refused rather than repaired; a mark before UTF-8 is taken', async () => {
  const app = await withApp()
  const text = Buffer.from(JSON.stringify(body()))
  const broken = Buffer.from(text)
  broken[text.indexOf('marengo')] = 0xff
  const response = await app.fetch(TASKS, { method: 'POST', body: broken })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ message: expect.stringContaining('UTF-8') })
  const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text])
  expect((await app.fetch(TASKS, { method: 'POST', body: marked })).status).toBe(202)
})

test('a compressed body is refused as such', async () => {
  const app = await withApp()
  for (const path of [TASKS, '/v1.3/embed-v2', '/v1.3/assets']) {
    const headers = { 'content-encoding': 'gzip', 'content-type': 'multipart/form-data; boundary=b' }
    const response = await app.fetch(path, {
      method: 'POST',
      headers,
      body: gzipSync(JSON.stringify(body())),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('Content-Encoding') })
  }
  const plain = { method: 'POST', headers: { 'content-encoding': 'identity' }, body: JSON.stringify(body()) }
  expect((await app.fetch(TASKS, plain)).status).toBe(202)
})

test('a long name of a field is not repeated in full', async () => {
  const app = await withApp()
  const long = 'x'.repeat(100_000)
  for (const request of [body({ [long]: 1 }), { [long]: { base64_string: '!' } }]) {
    const response = await app.post(TASKS, request)
    expect(response.status).toBe(400)
    expect((await response.text()).length).toBeLessThan(2_000)
  }
})

test('no JSON, no body and a form are refused as such', async () => {
  const app = await withApp()
  for (const init of [{ body: '{"input_type"' }, { body: '' }, {}, { body: new URLSearchParams('a=b') }]) {
    const response = await app.fetch(TASKS, { method: 'POST', ...init })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: INVALID })
  }
})
