import type { Answer } from '../../rule.ts'
import { givenIn } from '../ask.ts'
import type { Rule, Section } from '../rule.ts'
import { TASKS, type World } from '../world.ts'

const MODEL = { model_name: 'marengo3.5' }
const FEW = { base64_string: 'QUJD' }

const videoBody = (fields: object = {}, top: object = {}) => ({
  ...MODEL,
  input_type: 'video',
  video: { media_source: FEW, ...fields },
  ...top,
})

const send = (body: unknown) => (world: World) => world.idle.post(TASKS, body)

const taken = (field: string, rule: string, body: object, more: Partial<Rule> = {}): Rule => ({
  field,
  rule,
  ask: send(body),
  expected: { status: 202, schema: 'created' },
  ...more,
})

const refused = (
  field: string,
  rule: string,
  body: object,
  code = 'parameter_invalid',
  names = field,
): Rule => ({
  field,
  rule: `${rule} is 400 \`${code}\``,
  ask: send(body),
  expected: { status: 400, code, names },
})

const temporal = (fields: object) => videoBody({ segmentation: { temporal: fields } })

const FIXED = { temporal: { strategy: 'fixed', fixed: { duration_sec: 3 } } }

interface Item {
  embedding: number[]
  embedding_uncertainty?: number[]
  embedding_option: string
  embedding_scope: string
  start_sec: number
  end_sec: number
}

const itemsOf = ({ body }: Answer) => (body as { data: Item[] }).data

const places = (answer: Answer) =>
  itemsOf(answer).map(
    (each) => `${each.embedding_option} ${each.embedding_scope} ${each.start_sec}-${each.end_sec}`,
  )

const READY = { status: 200, schema: 'task.json', body: { status: 'ready' } }

const results: Rule[] = [
  {
    field: 'embedding_option',
    rule: 'left out, it is `visual` and `audio`, without `transcription`',
    ask: (world) => world.video({ segmentation: FIXED, embedding_scope: ['clip'] }, MODEL),
    expected: {
      ...READY,
      seen: places,
      is: ['visual clip 0-3', 'audio clip 0-3', 'visual clip 3-6', 'audio clip 3-6'],
    },
  },
  {
    field: 'embedding_scope',
    rule: '`local` comes back as `clip` in `data`, and as it was asked for in `metadata`',
    ask: (world) => world.get(`${TASKS}/${world.tasks['newer']}`),
    expected: {
      ...READY,
      body: { metadata: { embedding_scopes: ['local'] } },
      seen: (answer) => [...new Set(itemsOf(answer).map((each) => each.embedding_scope))],
      is: ['clip'],
    },
  },
  {
    field: 'usage',
    rule: 'says how many tokens of each kind went in, and whether a text was cut',
    why: 'how they are counted is not published: docs/decisions/0090-marengo-3-5.md has ours',
    ask: (world) => world.get(`${TASKS}/${world.tasks['newer']}`),
    expected: { ...READY, body: { usage: { input_tokens: { video: 840, audio: 150 }, truncated: false } } },
  },
  {
    field: 'embedding_dimension',
    rule: '128 gives the first 128 numbers, scaled to unit length',
    state: 'differs',
    why: 'the page says prefix alone; under cosine both are the same',
    ask: (world) =>
      world.video(
        { segmentation: FIXED, embedding_option: ['visual'] },
        { ...MODEL, embedding_dimension: 128 },
      ),
    expected: {
      ...READY,
      seen: (answer) =>
        itemsOf(answer).every(
          ({ embedding }) => embedding.length === 128 && Math.abs(Math.hypot(...embedding) - 1) < 1e-5,
        ),
      is: true,
    },
  },
  {
    field: 'embedding_uncertainty',
    rule: 'true gives every vector its deviations, as many as it has numbers',
    why: 'what is measured is not published: docs/decisions/0090-marengo-3-5.md has ours',
    ask: (world) =>
      world.video(
        { segmentation: FIXED, embedding_scope: ['local'] },
        { ...MODEL, embedding_uncertainty: true },
      ),
    expected: {
      ...READY,
      seen: (answer) => itemsOf(answer).every((each) => each.embedding_uncertainty?.length === 512),
      is: true,
    },
  },
  {
    field: 'time_based_metadata',
    rule: 'is taken with `fused_embedding`, and counts as text',
    ask: (world) =>
      world.video(
        {
          segmentation: FIXED,
          embedding_type: ['fused_embedding'],
          embedding_scope: ['clip'],
          time_based_metadata: [{ start: 1, end: 1, text: 'a goal' }],
        },
        MODEL,
      ),
    expected: {
      ...READY,
      body: { usage: { input_tokens: { text: 2 } } },
      seen: places,
      is: ['fused clip 0-3', 'fused clip 3-6'],
    },
  },
  {
    rule: 'the client gets the same',
    ask: (world) => world.client(({ embed }) => embed.v2.tasks.retrieve(world.tasks['newer'] ?? '')),
    expected: {
      ...READY,
      seen: (answer) => (givenIn(answer) as { usage: unknown }).usage,
      is: { inputTokens: { video: 840, audio: 150 }, truncated: false },
    },
  },
]

const requests: Rule[] = [
  {
    rule: 'the client may send every field of a video',
    ask: (world) =>
      world.idle.client(({ embed }) =>
        embed.v2.tasks.create({
          inputType: 'video',
          modelName: 'marengo3.5',
          embeddingUncertainty: true,
          video: {
            mediaSource: { base64String: 'QUJD' },
            startSec: 1,
            endSec: 9,
            segmentation: { temporal: { strategy: 'dynamic', dynamic: { minDurationSec: 2 } } },
            embeddingOption: ['visual', 'audio'],
            embeddingScope: ['local'],
            embeddingType: ['separate_embedding', 'fused_embedding'],
            timeBasedMetadata: [{ start: 1, end: 2, text: 'a goal' }],
          },
        }),
      ),
    expected: { status: 202, schema: 'created' },
  },
  taken('audio.segmentation', 'dynamic segments are taken for sounds too', {
    ...MODEL,
    input_type: 'audio',
    audio: {
      media_source: FEW,
      segmentation: { temporal: { strategy: 'dynamic', dynamic: { min_duration_sec: 5 } } },
    },
  }),
  taken(
    'video',
    'null for what may be left out is the same as left out',
    videoBody(
      { segmentation: null, embedding_option: null, embedding_scope: null, time_based_metadata: null },
      { embedding_uncertainty: null, embedding_dimension: null },
    ),
  ),
  taken(
    'embedding_type',
    '`fused_embedding` of two options needs no `time_based_metadata`',
    videoBody({ embedding_type: ['fused_embedding'] }),
    {
      why: 'the page asks for it, an official example has none',
    },
  ),
  ...[128, 256, 512].map((length) =>
    taken('embedding_dimension', `${length} is taken`, videoBody({}, { embedding_dimension: length })),
  ),
  refused('embedding_dimension', '384', videoBody({}, { embedding_dimension: 384 })),
  refused('embedding_dimension', 'a text', videoBody({}, { embedding_dimension: '256' })),
  refused(
    'embedding_uncertainty',
    'with the scope `asset`, which is a default,',
    videoBody({}, { embedding_uncertainty: true }),
  ),
  refused('embedding_uncertainty', 'a word', videoBody({}, { embedding_uncertainty: 'yes' })),
  refused(
    'video.segmentation.strategy',
    'the shape of `marengo3.0`',
    videoBody({ segmentation: { strategy: 'fixed', fixed: { duration_sec: 6 } } }),
    'parameter_unknown',
  ),
  refused(
    'video.segmentation.temporal',
    'missing',
    videoBody({ segmentation: {} }),
    'parameter_not_provided',
  ),
  refused('video.segmentation.temporal.strategy', 'missing', temporal({}), 'parameter_not_provided'),
  refused(
    'video.segmentation.temporal.fixed.duration_sec',
    'eleven seconds',
    temporal({ strategy: 'fixed', fixed: { duration_sec: 11 } }),
  ),
  refused(
    'video.segmentation.temporal.dynamic.min_duration_sec',
    'one second',
    temporal({ strategy: 'dynamic', dynamic: { min_duration_sec: 1 } }),
  ),
  refused(
    'video.embedding_option',
    '`transcription`',
    videoBody({ embedding_option: ['transcription'] }),
    'parameter_invalid',
    'video.embedding_option[0]',
  ),
  refused(
    'video.embedding_scope',
    '`page`, which only documents have,',
    videoBody({ embedding_scope: ['page'] }),
    'parameter_invalid',
    'video.embedding_scope[0]',
  ),
  refused(
    'video.time_based_metadata',
    'without `fused_embedding`',
    videoBody({ time_based_metadata: [{ start: 0, end: 1, text: 'a' }] }),
  ),
  refused(
    'video.time_based_metadata',
    'without a text',
    videoBody({ embedding_type: ['fused_embedding'], time_based_metadata: [{ start: 0, end: 1 }] }),
    'parameter_not_provided',
    'video.time_based_metadata[0].text',
  ),
  refused(
    'video.time_based_metadata',
    'an end before its start',
    videoBody({
      embedding_type: ['fused_embedding'],
      time_based_metadata: [{ start: 2, end: 1, text: 'a' }],
    }),
    'parameter_invalid',
    'video.time_based_metadata[0].end',
  ),
  refused('auto_truncate', 'on a task', videoBody({}, { auto_truncate: true }), 'parameter_unknown'),
]

export const MARENGO_35: Section = {
  title: 'POST /embed-v2/tasks with marengo3.5',
  method: 'embed.v2.tasks.create',
  rules: [...results, ...requests],
}
