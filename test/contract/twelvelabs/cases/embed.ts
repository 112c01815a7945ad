import type { Answer } from '../../rule.ts'
import type { Rule, Section } from '../rule.ts'
import { NOBODY, type World } from '../world.ts'

const PATH = '/embed-v2'

const send = (body: unknown) => (world: World) => world.post(PATH, body)

const textBody = (input_text: unknown, top: object = {}) => ({
  input_type: 'text',
  text: { input_text },
  ...top,
})

const OK = { status: 200, schema: 'embeddings' }

interface Item {
  embedding: number[]
  embedding_option: unknown
  embedding_scope: unknown
  start_sec: unknown
  end_sec: unknown
}

const itemsOf = ({ body }: Answer) => (body as { data: Item[] }).data

const count = (answer: Answer) => itemsOf(answer).length

const still = (world: World) => ({ base64_string: world.files.still.bytes.toString('base64') })

const words = (count: number) => 'word '.repeat(count).trim()

interface Refused extends Partial<Rule> {
  code?: string
  names?: string
}

const refused = (
  field: string,
  rule: string,
  body: object | ((world: World) => object),
  { code = 'parameter_invalid', names = field, ...more }: Refused = {},
): Rule => ({
  field,
  rule: `${rule} is 400 \`${code}\``,
  ask: (world) => world.post(PATH, typeof body === 'function' ? body(world) : body),
  expected: { status: 400, code, names },
  ...more,
})

const MISSING = 'parameter_not_provided'
const UNKNOWN = 'parameter_unknown'

const rules: Rule[] = [
  {
    field: 'text',
    rule: 'one vector, which belongs to no option, scope or time',
    ask: send(textBody('a dog on the beach')),
    expected: {
      ...OK,
      body: { data: [{ embedding_option: null, embedding_scope: null, start_sec: null, end_sec: null }] },
      seen: (answer) => itemsOf(answer).map(({ embedding }) => embedding.length),
      is: [512],
    },
  },
  {
    field: 'text',
    rule: 'has no `metadata`',
    ask: send(textBody('a dog on the beach')),
    expected: { ...OK, seen: ({ body }) => 'metadata' in (body as object), is: false },
  },
  {
    field: 'text',
    rule: 'the same text has the same vector, byte for byte',
    why: 'no page promises it',
    ask: async (world) => {
      const one = await world.post(PATH, textBody('a dog on the beach'))
      const other = await world.post(PATH, textBody('a dog on the beach'))
      return { ...other, headers: { ...other.headers, same: String(one.text === other.text) } }
    },
    expected: { ...OK, headers: { same: 'true' } },
  },
  {
    field: 'model, warnings',
    rule: 'are there too',
    state: 'extended',
    why: 'clients ignore keys that they do not know',
    ask: send(textBody('a dog on the beach')),
    expected: {
      ...OK,
      body: { model: { id: 'builtin' }, warnings: [{ code: 'builtin_model' }] },
      headers: { 'x-embedline-model': 'builtin@1' },
    },
  },
  {
    field: 'image',
    rule: 'one vector, and its input type in `metadata`',
    ask: (world) => world.post(PATH, { input_type: 'image', image: { media_source: still(world) } }),
    expected: { ...OK, body: { metadata: { input_type: 'image' } }, seen: count, is: 1 },
  },
  {
    field: 'image',
    rule: 'may be an asset',
    ask: (world) =>
      world.post(PATH, { input_type: 'image', image: { media_source: { asset_id: world.assets['still'] } } }),
    expected: OK,
  },
  {
    field: 'image',
    rule: 'may be at a URL',
    ask: (world) =>
      world.post(PATH, { input_type: 'image', image: { media_source: { url: `${world.site}/still.png` } } }),
    expected: OK,
  },
  {
    field: 'text_image',
    rule: 'one vector of both',
    ask: (world) =>
      world.post(PATH, {
        input_type: 'text_image',
        text_image: { media_source: still(world), input_text: 'coloured bars' },
      }),
    expected: { ...OK, body: { metadata: { input_type: 'text_image' } }, seen: count, is: 1 },
  },
  {
    field: 'Prefer',
    rule: 'with `respond-async` a video or a sound is answered with 202 and a task',
    state: 'extended',
    why: 'RFC 7240; the contract has no word on it',
    ask: (world) =>
      world.idle.post(
        PATH,
        { input_type: 'video', video: { media_source: { base64_string: 'QUJD' } } },
        { headers: { prefer: 'respond-async' } },
      ),
    expected: {
      status: 202,
      schema: 'created',
      body: { status: 'processing' },
      headers: { 'preference-applied': 'respond-async' },
    },
  },
  {
    field: 'video',
    rule: 'what a task would have answered',
    ask: (world) =>
      world.post(PATH, {
        input_type: 'video',
        video: {
          media_source: { asset_id: world.assets['video'] },
          segmentation: { strategy: 'fixed', fixed: { duration_sec: 3 } },
          embedding_option: ['visual', 'audio'],
          embedding_type: ['separate_embedding', 'fused_embedding'],
        },
      }),
    expected: {
      ...OK,
      body: { metadata: { input_type: 'video', clip_length: 3, duration: 6 } },
      seen: count,
      is: 9,
    },
  },
  {
    field: 'audio',
    rule: 'what a task would have answered',
    ask: (world) =>
      world.post(PATH, {
        input_type: 'audio',
        audio: { media_source: { asset_id: world.assets['sound'] }, embedding_option: ['audio'] },
      }),
    expected: { ...OK, body: { metadata: { input_type: 'audio' } }, seen: count, is: 2 },
  },
  {
    rule: 'the client embeds a text',
    ask: (world) =>
      world.client(({ embed }) =>
        embed.v2.create({ inputType: 'text', modelName: 'marengo3.0', text: { inputText: 'a dog' } }),
      ),
    expected: OK,
  },
  {
    rule: 'the client embeds a picture with a text',
    ask: (world) =>
      world.client(({ embed }) =>
        embed.v2.create({
          inputType: 'text_image',
          modelName: 'marengo3.0',
          textImage: {
            mediaSource: { base64String: still(world).base64_string },
            inputText: 'coloured bars',
          },
        }),
      ),
    expected: OK,
  },
  {
    rule: 'the client embeds a sound',
    ask: (world) =>
      world.client(({ embed }) =>
        embed.v2.create({
          inputType: 'audio',
          modelName: 'marengo3.0',
          audio: {
            mediaSource: { assetId: world.assets['sound'] ?? '' },
            embeddingScope: ['asset'],
            embeddingOption: ['audio'],
          },
        }),
      ),
    expected: { ...OK, seen: count, is: 1 },
  },
  {
    rule: 'the client throws its BadRequestError',
    ask: (world) =>
      world.client(({ embed }) =>
        embed.v2.create({ inputType: 'text', modelName: 'marengo3.0', text: { inputText: '' } }),
      ),
    expected: { status: 400, error: 'BadRequestError', names: 'text.input_text' },
  },
  refused('input_type', 'missing', { text: { input_text: 'a' } }, { code: MISSING }),
  refused('input_type', 'a word that is none', { input_type: 'smell' }),
  refused('input_type', '`document`', { input_type: 'document' }),
  refused('text', 'missing', { input_type: 'text' }, { code: MISSING }),
  refused('text', 'a text instead of an object', { input_type: 'text', text: 'a dog' }),
  refused('text.input_text', 'missing', { input_type: 'text', text: {} }, { code: MISSING }),
  refused('text.input_text', 'null', textBody(null), { code: MISSING }),
  refused('text.input_text', 'an empty text', textBody('')),
  refused('text.input_text', 'a number', textBody(7)),
  refused('text.input_text', 'a list', textBody(['a', 'b']), { why: 'there is one text in a request' }),
  {
    field: 'text.input_text',
    rule: '500 tokens are taken',
    why: 'tokens are words and punctuation marks, as the built-in model counts them',
    ask: send(textBody(words(500))),
    expected: OK,
  },
  refused('text.input_text', '501 tokens', textBody(words(501))),
  {
    field: 'text.input_text',
    rule: 'text of any script, emoji and half characters are taken',
    ask: send('{"input_type":"text","text":{"input_text":"日本 שלום 🐕 \\ud800"}}'),
    expected: OK,
  },
  refused(
    'text.color',
    'an unknown key',
    { input_type: 'text', text: { input_text: 'a', color: 1 } },
    { code: UNKNOWN },
  ),
  refused('user', 'an unknown key beside it', textBody('a', { user: 'me' }), { code: UNKNOWN }),
  refused('image', 'beside `text`', (world: World) =>
    textBody('a', { image: { media_source: still(world) } }),
  ),
  refused('model_name', 'another name', textBody('a', { model_name: 'marengo9' })),
  {
    field: 'model_name',
    rule: 'left out or null, it is `marengo3.0`',
    ask: send(textBody('a', { model_name: null })),
    expected: OK,
  },
  refused('auto_truncate', 'true without `marengo3.5`', textBody('a', { auto_truncate: true })),
  refused('image.media_source.base64_string', 'what is no picture', {
    input_type: 'image',
    image: { media_source: { base64_string: 'QUJD' } },
  }),
  refused('image.media_source.asset_id', 'an asset that is a sound', (world: World) => ({
    input_type: 'image',
    image: { media_source: { asset_id: world.assets['sound'] } },
  })),
  refused('image.media_source.asset_id', 'an unknown one', {
    input_type: 'image',
    image: { media_source: { asset_id: NOBODY } },
  }),
  refused('image.media_source.url', 'what answers 404', (world: World) => ({
    input_type: 'image',
    image: { media_source: { url: `${world.site}/none.png` } },
  })),
  refused(
    'text_image.input_text',
    'missing',
    (world: World) => ({ input_type: 'text_image', text_image: { media_source: still(world) } }),
    { code: MISSING },
  ),
  refused(
    'video.media_source.base64_string',
    'what is no media',
    { input_type: 'video', video: { media_source: { base64_string: 'QUJD' } } },
    { why: 'while the caller waits it can be said at once' },
  ),
  refused('video.segmentation.fixed.duration_sec', 'one second', (world: World) => ({
    input_type: 'video',
    video: {
      media_source: { asset_id: world.assets['video'] },
      segmentation: { strategy: 'fixed', fixed: { duration_sec: 1 } },
    },
  })),
  {
    field: 'body',
    rule: 'what is no JSON is 400',
    ask: send('{'),
    expected: { status: 400, code: 'parameter_invalid' },
  },
]

export const EMBED: Section = { title: 'POST /embed-v2', method: 'embed.v2.create', rules }
