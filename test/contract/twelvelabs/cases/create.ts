import type { Answer } from '../../rule.ts'
import { formOf, givenIn } from '../ask.ts'
import type { Rule, Section } from '../rule.ts'
import { idOf, NOBODY, TASKS, type World } from '../world.ts'

const FEW = { base64_string: 'QUJD' }

const INVALID = 'parameter_invalid'
const MISSING = 'parameter_not_provided'
const UNKNOWN = 'parameter_unknown'

const videoBody = (fields: object = {}, top: object = {}) => ({
  input_type: 'video',
  video: { media_source: FEW, ...fields },
  ...top,
})

const audioBody = (fields: object = {}) => ({ input_type: 'audio', audio: { media_source: FEW, ...fields } })

/** On the server that only takes tasks. */
const send = (body: unknown) => (world: World) => world.idle.post(TASKS, body)

const bodyOf = ({ body }: Answer) => body as Record<string, unknown>

const taken = (field: string | undefined, rule: string, body: unknown, more: Partial<Rule> = {}): Rule => ({
  ...(field !== undefined && { field }),
  rule,
  ask: send(body),
  expected: { status: 202, schema: 'created' },
  ...more,
})

interface Refused extends Partial<Rule> {
  code?: string
  names?: string
}

const refused = (
  field: string,
  rule: string,
  body: unknown,
  { code = INVALID, names = field, ...more }: Refused = {},
): Rule => ({
  field,
  rule: `${rule} is 400 \`${code}\``,
  ask: send(body),
  expected: { status: 400, code, names },
  ...more,
})

const answers: Rule[] = [
  {
    rule: 'answers 202 with `_id`, `status` and `data: null`',
    ask: send(videoBody()),
    expected: { status: 202, schema: 'task.json', body: { status: 'processing', data: null } },
  },
  {
    field: '_id',
    rule: 'is 24 hexadecimal digits',
    why: 'all examples of the pages look so',
    ask: send(videoBody()),
    expected: { status: 202, schema: 'created' },
  },
  {
    field: 'Location',
    rule: 'has the address of the task, at the server as the caller wrote it',
    ask: send(videoBody()),
    expected: {
      status: 202,
      seen: (answer, { idle }) => answer.headers.location === `${idle.url}/v1.3${TASKS}/${idOf(answer)}`,
      is: true,
    },
  },
  {
    field: 'created_at, updated_at, model_name, model, progress, warnings',
    rule: 'are there too',
    state: 'extended',
    why: 'clients ignore keys that they do not know',
    ask: send(videoBody()),
    expected: {
      status: 202,
      body: { model_name: 'marengo3.0', model: { id: 'builtin', revision: '1' }, progress: { done: 0 } },
      headers: { 'x-embedline-model': 'builtin@1' },
    },
  },
  {
    field: 'warnings',
    rule: 'says so when the built-in model stands in for the one that was named',
    state: 'extended',
    why: 'the weights of Marengo are not published; `model` says what embeds instead',
    ask: send(videoBody()),
    expected: { status: 202, body: { warnings: [{ code: 'builtin_model' }] } },
  },
  {
    rule: 'the client gets the same',
    ask: (world) =>
      world.idle.client(({ embed }) =>
        embed.v2.tasks.create({
          inputType: 'video',
          modelName: 'marengo3.0',
          video: { mediaSource: { base64String: 'QUJD' } },
        }),
      ),
    expected: { status: 202, schema: 'created', seen: (answer) => Boolean(givenIn(answer)), is: true },
  },
  {
    rule: 'the client may send every field of a video',
    ask: (world) =>
      world.idle.client(({ embed }) =>
        embed.v2.tasks.create({
          inputType: 'video',
          modelName: 'marengo3.0',
          video: {
            mediaSource: { base64String: 'QUJD' },
            startSec: 0,
            endSec: 12,
            segmentation: { strategy: 'fixed', fixed: { durationSec: 6 } },
            embeddingOption: ['visual', 'audio', 'transcription'],
            embeddingScope: ['clip', 'asset'],
            embeddingType: ['separate_embedding', 'fused_embedding'],
          },
        }),
      ),
    expected: { status: 202, schema: 'created' },
  },
  {
    rule: 'the client may send every field of a sound',
    ask: (world) =>
      world.idle.client(({ embed }) =>
        embed.v2.tasks.create({
          inputType: 'audio',
          modelName: 'marengo3.0',
          audio: {
            mediaSource: { base64String: 'QUJD' },
            startSec: 1.5,
            endSec: 12,
            segmentation: { strategy: 'fixed', fixed: { durationSec: 2 } },
            embeddingOption: ['audio', 'transcription'],
            embeddingScope: ['clip'],
            embeddingType: ['fused_embedding'],
          },
        }),
      ),
    expected: { status: 202, schema: 'created' },
  },
  {
    rule: 'the client throws its BadRequestError, with the parameter in the body',
    ask: (world) =>
      world.idle.client(({ embed }) =>
        embed.v2.tasks.create({
          inputType: 'video',
          modelName: 'marengo3.0',
          video: { mediaSource: { assetId: NOBODY } },
        }),
      ),
    expected: { status: 400, error: 'BadRequestError', names: 'video.media_source.asset_id' },
  },
  {
    rule: 'the client makes one request for what is refused: it is not tried again',
    ask: (world) =>
      world.idle.client(({ embed }) =>
        embed.v2.tasks.create({
          inputType: 'video',
          modelName: 'marengo3.0',
          video: { mediaSource: {} },
        }),
      ),
    expected: { status: 400, error: 'BadRequestError', headers: { requests: '1' } },
  },
]

const top: Rule[] = [
  refused('input_type', 'missing', { video: { media_source: FEW } }, { code: MISSING }),
  refused('input_type', 'null', videoBody({}, { input_type: null }), { code: MISSING }),
  refused('input_type', 'a number', videoBody({}, { input_type: 7 })),
  refused('input_type', 'a list', videoBody({}, { input_type: ['video'] })),
  refused('input_type', 'a word that is none', videoBody({}, { input_type: 'smell' })),
  refused('input_type', 'capital letters', videoBody({}, { input_type: 'VIDEO' })),
  refused('input_type', '`text`, which is embedded at once alone,', { input_type: 'text' }),
  refused('input_type', '`image` without `marengo3.5`', { input_type: 'image' }),
  refused('input_type', '`document` without `marengo3.5`', { input_type: 'document' }),
  taken('model_name', 'left out, it is `marengo3.0`', videoBody(), {
    why: 'the pages list it as required and give it a default',
    expected: { status: 202, body: { model_name: 'marengo3.0' } },
  }),
  taken('model_name', 'null is the same as left out', videoBody({}, { model_name: null })),
  taken('model_name', 'an id of a model of this server is taken', videoBody({}, { model_name: 'builtin' }), {
    state: 'extended',
    why: 'it is the honest name',
    expected: { status: 202, body: { model_name: 'builtin' } },
  }),
  refused('model_name', 'another name', videoBody({}, { model_name: 'marengo9' })),
  refused('model_name', 'a name of the other dialect', videoBody({}, { model_name: 'thenlper/gte-large' })),
  refused('model_name', 'an empty text', videoBody({}, { model_name: '' })),
  refused('model_name', 'a number', videoBody({}, { model_name: 3 })),
  refused('video', 'missing', { input_type: 'video' }, { code: MISSING }),
  refused('video', 'null', { input_type: 'video', video: null }, { code: MISSING }),
  refused('video', 'a text', { input_type: 'video', video: 'clip.mp4' }),
  refused('audio', 'missing', { input_type: 'audio' }, { code: MISSING }),
  refused('audio', 'beside `video`', videoBody({}, { audio: { media_source: FEW } })),
  refused('video', 'beside `audio`', { ...audioBody(), video: { media_source: FEW } }),
  taken('audio, image, document', 'null is the same as left out', {
    ...videoBody(),
    audio: null,
    image: null,
    document: null,
    embedding_uncertainty: null,
    embedding_dimension: null,
  }),
  refused('priority', 'an unknown key', videoBody({}, { priority: 1 }), { code: UNKNOWN }),
  refused('video.codec', 'an unknown key further down', videoBody({ codec: 'av1' }), { code: UNKNOWN }),
  refused('Video', 'a known key in capital letters', { ...videoBody(), Video: {} }, { code: UNKNOWN }),
  refused(
    '__proto__',
    'a key that means something to JavaScript',
    '{"input_type":"video","video":{"media_source":{"base64_string":"QUJD"}},"__proto__":{}}',
    { code: UNKNOWN },
  ),
  refused('embedding_uncertainty', 'true', videoBody({}, { embedding_uncertainty: true }), {
    why: '`marengo3.5` has it',
  }),
  taken('embedding_uncertainty', 'false is taken', videoBody({}, { embedding_uncertainty: false })),
  refused('embedding_dimension', 'a number', videoBody({}, { embedding_dimension: 256 }), {
    why: '`marengo3.5` has it',
  }),
]

const SOURCE = 'video.media_source'

const source = (media_source: unknown) => videoBody({ media_source })

const sources: Rule[] = [
  refused(SOURCE, 'missing', { input_type: 'video', video: {} }, { code: MISSING }),
  refused(SOURCE, 'null', source(null), { code: MISSING }),
  refused(SOURCE, 'a text', source('https://example.com/a.mp4')),
  refused(SOURCE, 'without any source', source({})),
  refused(SOURCE, 'with nothing but nulls', source({ url: null, base64_string: null, asset_id: null })),
  refused(SOURCE, 'with two sources', source({ url: 'https://example.com/a.mp4', ...FEW })),
  refused(`${SOURCE}.path`, 'an unknown key', source({ path: '/etc/passwd' }), { code: UNKNOWN }),
  taken(SOURCE, 'may have nulls beside the one source', source({ ...FEW, url: null, asset_id: null })),
  refused(`${SOURCE}.base64_string`, 'an empty text', source({ base64_string: '' })),
  refused(`${SOURCE}.base64_string`, 'a number', source({ base64_string: 7 })),
  refused(
    `${SOURCE}.base64_string`,
    'a `data:` URL',
    source({ base64_string: 'data:video/mp4;base64,QUJD' }),
    {
      why: 'the message says so: many callers have one',
    },
  ),
  refused(`${SOURCE}.base64_string`, 'the alphabet of URLs', source({ base64_string: 'QU-_' }), {
    why: 'no page says which alphabet: it is the usual one',
  }),
  refused(`${SOURCE}.base64_string`, 'what ends too early', source({ base64_string: 'QUJ' })),
  refused(`${SOURCE}.base64_string`, 'a line break', source({ base64_string: 'QU\nJD' })),
  taken(
    `${SOURCE}.base64_string`,
    'escaped characters mean what they are',
    '{"input_type":"video","video":{"media_source":{"base64_string":"QUJ\\u0044"}}}',
  ),
  refused(`${SOURCE}.asset_id`, 'an unknown one', source({ asset_id: NOBODY })),
  refused(`${SOURCE}.asset_id`, 'what is no id', source({ asset_id: '../../etc/passwd' })),
  refused(`${SOURCE}.asset_id`, 'an empty text', source({ asset_id: '' })),
  refused(`${SOURCE}.asset_id`, 'a number', source({ asset_id: 7 })),
  {
    field: `${SOURCE}.asset_id`,
    rule: 'an asset of another account is 400 `parameter_invalid`, as an unknown one',
    ask: ({ idle }) => idle.post(TASKS, source({ asset_id: idle.strange.asset })),
    expected: { status: 400, code: INVALID, names: `${SOURCE}.asset_id` },
  },
  {
    field: `${SOURCE}.asset_id`,
    rule: 'an asset that failed is 400 `parameter_invalid`',
    ask: (world) => world.post(TASKS, source({ asset_id: world.assets['broken'] })),
    expected: { status: 400, code: INVALID, names: `${SOURCE}.asset_id` },
  },
  {
    field: `${SOURCE}.asset_id`,
    rule: 'an asset that is still `processing` is taken, and the task waits for it',
    state: 'extended',
    why: 'the pages ask for one that is `ready`; nobody need poll here',
    ask: async ({ idle }) => {
      const { body } = await idle.form('/assets', [
        ['method', 'direct'],
        ['file', 'x', 'a.mp4'],
      ])
      return idle.post(TASKS, source({ asset_id: bodyOf({ body } as Answer)['_id'] }))
    },
    expected: { status: 202, schema: 'created' },
  },
  ...[
    ['a path', 'a.mp4', 'bad_url'],
    ['another scheme', 'ftp://example.com/a.mp4', 'bad_scheme'],
    ['a file of the server', 'file:///etc/passwd', 'bad_scheme'],
    ['a name and password', 'https://me:secret@example.com/a.mp4', 'userinfo'],
    ['an address of this machine', 'http://127.0.0.1:1/a.mp4', 'private_address'],
    ['the address of metadata in clouds', 'http://169.254.169.254/latest/meta-data/', 'private_address'],
    ['the same address as one number', 'http://2852039166/latest/meta-data/', 'private_address'],
    ['an address of IPv6', 'http://[::ffff:127.0.0.1]/a.mp4', 'private_address'],
  ].map(([words, url, reason]): Rule => ({
    field: `${SOURCE}.url`,
    rule: `${words} is 400 \`parameter_invalid\` at once, with the reason \`${reason}\``,
    why: 'what cannot be reached is a 400 by the pages; `error.details.reason` is more',
    state: 'extended',
    ask: send(source({ url })),
    expected: {
      status: 400,
      code: INVALID,
      names: `${SOURCE}.url`,
      body: { error: { details: { reason } } },
    },
  })),
  {
    field: `${SOURCE}.url`,
    rule: 'what answers 404 makes the task fail, with a message',
    state: 'differs',
    why: 'it is a 400 by the pages; here a create waits for no other server',
    ask: (world) => world.video({ media_source: { url: `${world.site}/none.mp4` } }),
    expected: { status: 200, schema: 'task.json', body: { status: 'failed', data: null } },
  },
  {
    field: `${SOURCE}.url`,
    rule: 'is fetched by the server, and told in `metadata.input_url`',
    ask: (world) => world.video({ media_source: { url: `${world.site}/video.mp4` } }),
    expected: {
      status: 200,
      schema: 'task.json',
      seen: ({ body }, { site }) =>
        (body as { metadata: { input_url: string } }).metadata.input_url.replace(site, ''),
      is: '/video.mp4',
    },
  },
]

const PAST = '{"input_type":"video","video":{"media_source":{"base64_string":"QUJD"},"start_sec":1e999}}'

const times: Rule[] = [
  refused('video.start_sec', 'less than zero', videoBody({ start_sec: -1 })),
  refused('video.start_sec', 'a text', videoBody({ start_sec: '1' })),
  refused('video.start_sec', 'a number beyond all numbers', PAST),
  taken(
    'video.start_sec',
    'a number beyond all media is taken without an asset',
    videoBody({ start_sec: 1e300 }),
    {
      why: 'how long the media is is known later: the task fails',
    },
  ),
  {
    field: 'video.start_sec',
    rule: 'past the end of an asset is 400 `parameter_invalid`',
    ask: (world) =>
      world.post(TASKS, videoBody({ media_source: { asset_id: world.assets['video'] }, start_sec: 7 })),
    expected: { status: 400, code: INVALID, names: 'video.start_sec' },
  },
  taken(
    'video.start_sec, video.end_sec',
    'fractions of seconds are taken',
    videoBody({ start_sec: 0.25, end_sec: 1.75 }),
  ),
  taken(
    'video.start_sec, video.end_sec',
    'null is the same as left out',
    videoBody({ start_sec: null, end_sec: null }),
  ),
  refused('video.end_sec', 'the same as `start_sec`', videoBody({ start_sec: 3, end_sec: 3 })),
  refused('video.end_sec', 'before `start_sec`', videoBody({ start_sec: 3, end_sec: 2 })),
  refused('video.end_sec', 'zero', videoBody({ end_sec: 0 })),
  refused('video.end_sec', 'true', videoBody({ end_sec: true })),
]

const segmented = (segmentation: unknown) => videoBody({ segmentation })
const fixed = (duration_sec: unknown) => segmented({ strategy: 'fixed', fixed: { duration_sec } })
const dynamic = (min_duration_sec: unknown) =>
  segmented({ strategy: 'dynamic', dynamic: { min_duration_sec } })

const SEGMENTS = 'video.segmentation'
const FIXED_SEC = `${SEGMENTS}.fixed.duration_sec`
const DYNAMIC_SEC = `${SEGMENTS}.dynamic.min_duration_sec`

const segments: Rule[] = [
  taken(SEGMENTS, 'null is the same as left out', segmented(null)),
  refused(`${SEGMENTS}.strategy`, 'missing', segmented({}), { code: MISSING }),
  refused(`${SEGMENTS}.strategy`, 'a word that is none', segmented({ strategy: 'magic' })),
  refused(`${SEGMENTS}.fixed`, 'missing for its strategy', segmented({ strategy: 'fixed' }), {
    code: MISSING,
  }),
  refused(`${SEGMENTS}.dynamic`, 'missing for its strategy', segmented({ strategy: 'dynamic' }), {
    code: MISSING,
  }),
  refused(
    `${SEGMENTS}.fixed`,
    'beside the strategy `dynamic`',
    segmented({ strategy: 'dynamic', dynamic: {}, fixed: { duration_sec: 6 } }),
  ),
  taken(
    `${SEGMENTS}.fixed`,
    'null beside the other strategy is taken',
    segmented({
      strategy: 'dynamic',
      dynamic: { min_duration_sec: 4 },
      fixed: null,
    }),
  ),
  taken(FIXED_SEC, 'two seconds are taken', fixed(2)),
  taken(FIXED_SEC, 'ten seconds are taken', fixed(10)),
  refused(FIXED_SEC, 'one second', fixed(1), { why: 'examples of the pages have it, their bounds do not' }),
  refused(FIXED_SEC, 'eleven seconds', fixed(11)),
  refused(FIXED_SEC, 'a fraction', fixed(2.5)),
  refused(FIXED_SEC, 'a text', fixed('6')),
  refused(FIXED_SEC, 'a very large number', fixed(1e20)),
  taken(
    FIXED_SEC,
    'a whole number written as a fraction is taken',
    '{"input_type":"video","video":{"media_source":{"base64_string":"QUJD"},"segmentation":{"strategy":"fixed","fixed":{"duration_sec":6.0}}}}',
  ),
  taken(DYNAMIC_SEC, 'five seconds are taken', dynamic(5)),
  refused(DYNAMIC_SEC, 'one second', dynamic(1)),
  refused(DYNAMIC_SEC, 'six seconds', dynamic(6)),
  refused(
    `${SEGMENTS}.temporal`,
    'the shape of `marengo3.5`',
    segmented({ temporal: { strategy: 'fixed', fixed: { duration_sec: 6 } } }),
    { code: UNKNOWN },
  ),
  refused('audio.segmentation.strategy', '`dynamic`', audioBody({ segmentation: { strategy: 'dynamic' } })),
]

const OPTION = 'video.embedding_option'
const SCOPE = 'video.embedding_scope'
const TYPE = 'video.embedding_type'

const options: Rule[] = [
  taken(OPTION, 'null is the same as left out', videoBody({ embedding_option: null })),
  refused(OPTION, 'an empty list', videoBody({ embedding_option: [] })),
  refused(OPTION, 'a text instead of a list', videoBody({ embedding_option: 'visual' })),
  refused(OPTION, 'a value twice', videoBody({ embedding_option: ['audio', 'audio'] })),
  refused(OPTION, 'a word that is none', videoBody({ embedding_option: ['smell'] }), {
    names: `${OPTION}[0]`,
  }),
  refused(OPTION, 'null in the list', videoBody({ embedding_option: [null] }), { names: `${OPTION}[0]` }),
  refused('audio.embedding_option', '`visual`', audioBody({ embedding_option: ['visual'] }), {
    names: 'audio.embedding_option[0]',
  }),
  {
    field: OPTION,
    rule: 'what an asset cannot give is 400 when it was asked for by name',
    why: 'the pages do not say what comes instead',
    ask: (world) =>
      world.post(
        TASKS,
        videoBody({ media_source: { asset_id: world.assets['silent'] }, embedding_option: ['audio'] }),
      ),
    expected: { status: 400, names: OPTION },
  },
  {
    field: OPTION,
    rule: 'what an asset cannot give is left out when it was not asked for by name; `warnings` say so',
    state: 'extended',
    why: 'the default has options that a silent video cannot have',
    ask: (world) => world.get(`${TASKS}/${world.tasks['silent']}`),
    expected: {
      status: 200,
      schema: 'task.json',
      body: { status: 'ready', metadata: { embedding_options: ['visual'] } },
    },
  },
  refused(SCOPE, 'an empty list', videoBody({ embedding_scope: [] })),
  refused(SCOPE, 'a value twice', videoBody({ embedding_scope: ['clip', 'clip'] })),
  refused(SCOPE, '`local`', videoBody({ embedding_scope: ['local'] }), {
    names: `${SCOPE}[0]`,
    why: '`marengo3.5` has it',
  }),
  refused(SCOPE, '`video`, the word of Embed v1,', videoBody({ embedding_scope: ['video'] }), {
    names: `${SCOPE}[0]`,
  }),
  taken(
    TYPE,
    'both values are taken',
    videoBody({ embedding_type: ['separate_embedding', 'fused_embedding'] }),
  ),
  taken(
    TYPE,
    'a value twice is the value',
    videoBody({ embedding_type: ['fused_embedding', 'fused_embedding'] }),
  ),
  refused(
    TYPE,
    '`fused_embedding` of one option',
    videoBody({ embedding_option: ['visual'], embedding_type: ['fused_embedding'] }),
  ),
  refused(TYPE, 'an empty list', videoBody({ embedding_type: [] })),
  refused('video.time_based_metadata', 'a list', videoBody({ time_based_metadata: [] }), {
    why: '`marengo3.5` has it',
  }),
]

const raw =
  (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
  (world: World) =>
    world.idle.send('POST', TASKS, { body, headers })

const text = JSON.stringify(videoBody())

const notJson = (rule: string, ask: Rule['ask'], more: Partial<Rule> = {}): Rule => ({
  field: 'body',
  rule: `${rule} is 400`,
  ask,
  expected: { status: 400, code: INVALID },
  ...more,
})

const asIs = (rule: string, ask: Rule['ask'], more: Partial<Rule> = {}): Rule => ({
  field: 'body',
  rule,
  ask,
  expected: { status: 202, schema: 'created' },
  ...more,
})

const bodies: Rule[] = [
  asIs('white space and the order of keys do not matter', raw(JSON.stringify(videoBody(), null, 7))),
  asIs('a content type of any kind is taken', raw(text, { 'content-type': 'text/plain' }), {
    state: 'extended',
    why: 'no page says what another one is answered with; the bytes say what they are',
  }),
  asIs(
    'a character set in the content type is taken',
    raw(text, { 'content-type': 'application/json; charset=utf-8' }),
  ),
  asIs('a body in chunks, without its length, is taken', raw(text, { 'transfer-encoding': 'chunked' })),
  asIs('a mark before UTF-8 is skipped', raw(`\uFEFF${text}`)),
  asIs('of a key that is there twice the last one counts', raw(`{"input_type":"smell",${text.slice(1)}`), {
    why: 'no page says so; it is what JSON readers do',
  }),
  {
    field: 'body',
    rule: 'of a key that is there twice further down the last one counts too',
    why: 'no page says so; it is what JSON readers do',
    ask: raw(
      '{"input_type":"video","video":{"start_sec":1,"media_source":{"base64_string":"QUJD"},"start_sec":-1}}',
    ),
    expected: { status: 400, code: INVALID, names: 'video.start_sec' },
  },
  notJson('nothing at all', raw('')),
  notJson('what is no JSON', raw('{"input_type":')),
  notJson('text behind the value', raw(`${text}x`)),
  notJson('a list', raw('[]')),
  notJson('null', raw('null')),
  notJson('a number', raw('7')),
  notJson('what is no UTF-8', raw(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))),
  notJson('a compressed body', raw(text, { 'content-encoding': 'gzip' })),
  notJson(
    'a form',
    raw(formOf([['input_type', 'video']]), {
      'content-type': 'multipart/form-data; boundary=a-boundary-of-the-tests',
    }),
  ),
  notJson('more than a megabyte beside the base64', raw(JSON.stringify({ a: 'x'.repeat(1_100_000) })), {
    why: 'no bound is published',
  }),
  notJson('10,000 lists in each other', raw(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)),
  {
    field: 'body',
    rule: 'all that is refused leaves no task',
    ask: async ({ idle }) => {
      const before = await idle.get(TASKS)
      await idle.post(TASKS, videoBody({ start_sec: -1 }))
      const after = await idle.get(TASKS)
      return { ...after, headers: { ...after.headers, same: String(before.text === after.text) } }
    },
    expected: { status: 200, headers: { same: 'true' } },
  },
]

export const CREATE: Section = {
  title: 'POST /embed-v2/tasks',
  method: 'embed.v2.tasks.create',
  rules: [...answers, ...top, ...sources, ...times, ...segments, ...options, ...bodies],
}
