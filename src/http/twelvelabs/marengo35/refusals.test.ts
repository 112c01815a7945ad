import { expect, test } from 'vitest'
import { withApp } from '../../../../test/support/withApp.ts'

const TASKS = '/v1.3/embed-v2/tasks'
const BASE64 = Buffer.from('a video').toString('base64')
const SOURCE = { media_source: { base64_string: BASE64 } }

const video = (fields: object = {}, top: object = {}) => ({
  input_type: 'video',
  model_name: 'marengo3.5',
  video: { ...SOURCE, ...fields },
  ...top,
})

const audio = (fields: object = {}) => ({
  input_type: 'audio',
  model_name: 'marengo3.5',
  audio: { ...SOURCE, ...fields },
})

const temporal = (value: object) => video({ segmentation: { temporal: value } })

const note = { start: 1, end: 1, text: 'a goal' }
const fused = { embedding_type: ['fused_embedding'] }

const INVALID = 'parameter_invalid'
const UNKNOWN = 'parameter_unknown'
const MISSING = 'parameter_not_provided'

const REFUSED: [what: string, request: object, code: string, field: string][] = [
  ['no object for the input type', { input_type: 'video', model_name: 'marengo3.5' }, MISSING, 'video'],
  ['the object of another input type', video({}, { audio: SOURCE }), INVALID, 'audio'],
  ['an input that is embedded at once alone', video({}, { input_type: 'text' }), INVALID, 'input_type'],
  [
    'the segments of the older model',
    video({ segmentation: { strategy: 'fixed', fixed: { duration_sec: 6 } } }),
    UNKNOWN,
    'video.segmentation.strategy',
  ],
  ['segments that are empty', video({ segmentation: {} }), MISSING, 'video.segmentation.temporal'],
  ['no strategy', temporal({}), MISSING, 'video.segmentation.temporal.strategy'],
  [
    'a strategy without its object',
    temporal({ strategy: 'dynamic' }),
    MISSING,
    'video.segmentation.temporal.dynamic',
  ],
  [
    'the object of the other strategy',
    temporal({ strategy: 'fixed', fixed: { duration_sec: 6 }, dynamic: { min_duration_sec: 4 } }),
    INVALID,
    'video.segmentation.temporal.dynamic',
  ],
  [
    'segments that are too short',
    temporal({ strategy: 'fixed', fixed: { duration_sec: 1 } }),
    INVALID,
    'video.segmentation.temporal.fixed.duration_sec',
  ],
  [
    'a fraction of a second',
    temporal({ strategy: 'dynamic', dynamic: { min_duration_sec: 2.5 } }),
    INVALID,
    'video.segmentation.temporal.dynamic.min_duration_sec',
  ],
  [
    'an option of the older model',
    video({ embedding_option: ['visual', 'transcription'] }),
    INVALID,
    'video.embedding_option[1]',
  ],
  ['visual for sound', audio({ embedding_option: ['visual'] }), INVALID, 'audio.embedding_option[0]'],
  ['a scope of a document', video({ embedding_scope: ['page'] }), INVALID, 'video.embedding_scope[0]'],
  ['a scope twice', video({ embedding_scope: ['local', 'local'] }), INVALID, 'video.embedding_scope'],
  [
    'fused vectors of one thing',
    audio({ embedding_type: ['fused_embedding'] }),
    INVALID,
    'audio.embedding_type',
  ],
  [
    'notes that nothing is made of',
    video({ time_based_metadata: [note] }),
    INVALID,
    'video.time_based_metadata',
  ],
  [
    'a note that ends before it begins',
    video({ ...fused, time_based_metadata: [note, { ...note, end: 0.5 }] }),
    INVALID,
    'video.time_based_metadata[1].end',
  ],
  [
    'a note without text',
    video({ ...fused, time_based_metadata: [{ start: 1, end: 2 }] }),
    MISSING,
    'video.time_based_metadata[0].text',
  ],
  [
    'a note with more',
    video({ ...fused, time_based_metadata: [{ ...note, colour: 'red' }] }),
    UNKNOWN,
    'video.time_based_metadata[0].colour',
  ],
  ['uncertainty of the whole', video({}, { embedding_uncertainty: true }), INVALID, 'embedding_uncertainty'],
  ['uncertainty in words', video({}, { embedding_uncertainty: 'yes' }), INVALID, 'embedding_uncertainty'],
  ['a length that there is not', video({}, { embedding_dimension: 384 }), INVALID, 'embedding_dimension'],
  [
    'a length that the model does not have',
    video({}, { embedding_dimension: 256 }),
    INVALID,
    'embedding_dimension',
  ],
  ['truncation of what is no text', video({}, { auto_truncate: true }), UNKNOWN, 'auto_truncate'],
]

test.each(REFUSED)(
  'a create for the newer model with %s is refused by name',
  async (_, request, code, field) => {
    const app = await withApp()
    const answer = await app.post(TASKS, request)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code, error: { details: { field } } })
  },
)

test('nulls are the same as nothing', async () => {
  const app = await withApp()
  const nothing = { segmentation: null, embedding_option: null, time_based_metadata: null, end_sec: null }
  const answer = await app.post(
    TASKS,
    video(nothing, { embedding_dimension: null, embedding_uncertainty: null, audio: null }),
  )
  expect(answer.status).toBe(202)
  const { _id: id } = (await answer.json()) as { _id: string }
  await app.room.drain()
  const task = (await (await app.fetch(`${TASKS}/${id}`)).json()) as Record<string, unknown>
  expect(task).toMatchObject({
    status: 'ready',
    model_name: 'marengo3.5',
    metadata: { embedding_scopes: ['clip', 'asset'], embedding_options: ['visual', 'audio'] },
    usage: { input_tokens: { video: 21_000, audio: 3_750 }, truncated: false },
  })
})

test('each kind of media has its own bound of base64, and is refused past it by name', async () => {
  const inline = { inlineMediaBytes: 8, inlinePictureBytes: 6, inlineDocumentBytes: 12 }
  const app = await withApp(({ limits }) => ({ limits: { ...limits, ...inline } }))
  const bounds = { video: 8, audio: 8, image: 6, document: 12 }
  for (const [input, bytes] of Object.entries(bounds)) {
    const order = (count: number) => ({
      input_type: input,
      model_name: 'marengo3.5',
      [input]: { media_source: { base64_string: Buffer.from('a'.repeat(count)).toString('base64') } },
    })
    expect((await app.post(TASKS, order(bytes))).status).toBe(202)
    const refused = await app.post(TASKS, order(bytes + 1))
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({
      code: INVALID,
      error: { details: { field: `${input}.media_source.base64_string` } },
    })
  }
  expect(await app.leftovers()).toEqual([])
})
