import type { OpenAI } from 'openai'
import type { Answer } from '../../rule.ts'
import type { Rule, Section } from '../rule.ts'
import type { World } from '../world.ts'

const PATH = '/openai/embeddings'
const MODEL = 'thenlper/gte-large'

interface Embeddings {
  data: { embedding: number[]; index: number }[]
  usage: { prompt_tokens: number; total_tokens: number }
}

const embeddingsOf = ({ body }: Answer) => body as Embeddings
const lengthsOf = (answer: Answer) => embeddingsOf(answer).data.map(({ embedding }) => embedding.length)

const normOf = (answer: Answer) => Math.hypot(...(embeddingsOf(answer).data[0]?.embedding ?? [])).toFixed(4)

const embed = (fields: object) => (world: World) => world.post(PATH, { model: MODEL, input: 'a', ...fields })

const byOpenai = (fields: object) => (world: World) =>
  world.openai((client: OpenAI) =>
    client.embeddings.create({ model: MODEL, input: ['a lamp', 'a chair'], ...fields }),
  )

const refused = (
  field: string,
  rule: string,
  fields: object,
  { loc = [['body', field]], ...more }: Partial<Rule> & { loc?: (string | number)[][] } = {},
): Rule => ({
  field,
  rule,
  ask: embed(fields),
  expected: { status: 422, schema: 'invalidRequest.json', loc },
  ...more,
})

export const OPENAI: Section = {
  title: 'POST /v2/ai/openai/embeddings',
  method: 'ai.openai.embeddings.createEmbeddings, and embeddings.create of the OpenAI client',
  rules: [
    {
      field: 'input',
      rule: 'a text gets one vector',
      ask: embed({}),
      expected: { status: 200, schema: 'embeddings', seen: lengthsOf, is: [512] },
    },
    {
      field: 'input',
      rule: 'a list of texts gets a vector each, in their order, with their index',
      ask: embed({ input: ['a', 'b', 'c'] }),
      expected: {
        status: 200,
        schema: 'embeddings',
        seen: (answer) => embeddingsOf(answer).data.map(({ index }) => index),
        is: [0, 1, 2],
      },
    },
    {
      rule: 'the official client gets the same',
      ask: (world) =>
        world.client((client) =>
          client.ai.openai.embeddings.createEmbeddings({
            model: MODEL,
            input: ['a', 'b'],
            encoding_format: 'float',
          }),
        ),
      expected: { status: 200, schema: 'embeddings', seen: lengthsOf, is: [512, 512] },
    },
    {
      field: 'encoding_format',
      rule: 'the OpenAI client asks for base64 by itself and decodes it',
      ask: byOpenai({}),
      expected: { status: 200, seen: lengthsOf, is: [512, 512] },
    },
    {
      field: 'encoding_format',
      rule: 'base64 is little-endian float32, the same numbers',
      ask: async (world) => {
        const [plain, packed] = [await embed({})(world), await embed({ encoding_format: 'base64' })(world)]
        const text = String(embeddingsOf(packed).data[0]?.embedding)
        const bytes = Buffer.from(text, 'base64')
        const isSame = embeddingsOf(plain).data[0]?.embedding.every(
          (value, index) => Math.fround(value) === bytes.readFloatLE(index * 4),
        )
        return { ...packed, headers: { same: String(isSame), bytes: String(bytes.length) } }
      },
      expected: { status: 200, schema: 'embeddings', headers: { same: 'true', bytes: '2048' } },
    },
    {
      field: 'encoding_format',
      rule: '`float` is what is answered when nothing is said',
      ask: embed({ encoding_format: 'float' }),
      expected: { status: 200, seen: lengthsOf, is: [512] },
    },
    {
      field: 'dimensions',
      rule: 'fewer give the first numbers, scaled to unit length again',
      ask: embed({ dimensions: 128 }),
      expected: {
        status: 200,
        seen: (answer) => [...lengthsOf(answer), normOf(answer)],
        is: [128, '1.0000'],
      },
    },
    {
      field: 'dimensions',
      rule: 'the OpenAI client may send it',
      ask: byOpenai({ dimensions: 256 }),
      expected: { status: 200, seen: lengthsOf, is: [256, 256] },
    },
    {
      field: 'model',
      rule: 'of the answer is the real model and its revision',
      state: 'differs',
      why: 'the contract repeats the name; here that would name weights that are not here',
      ask: embed({}),
      expected: { status: 200, body: { model: 'builtin@1' }, headers: { 'x-embedline-model': 'builtin@1' } },
    },
    {
      field: 'space, warnings',
      rule: 'say which vectors may be compared, and that another model stands in',
      state: 'extended',
      why: 'clients ignore keys that they do not know',
      ask: embed({}),
      expected: { status: 200, body: { space: 'text', warnings: [{ code: 'builtin_model' }] } },
    },
    {
      field: 'usage',
      rule: 'counts words and punctuation marks of all texts, as the built-in model does',
      state: 'differs',
      why: 'the contract counts tokens of its own model',
      ask: embed({ input: ['one two, three', 'four'] }),
      expected: { status: 200, body: { usage: { prompt_tokens: 5, total_tokens: 5 } } },
    },
    {
      field: 'user',
      rule: 'is taken and ignored, as is every other key',
      ask: embed({ user: 'someone', nonsense: 1 }),
      expected: { status: 200, schema: 'embeddings' },
    },
    refused('input', 'missing is 422', { input: undefined }),
    refused('input', 'null is 422', { input: null }),
    refused('input', 'an empty text is 422', { input: '' }),
    refused('input', 'white space alone is 422', { input: '  ' }),
    refused('input', 'an empty list is 422', { input: [] }),
    refused(
      'input',
      'an empty text in a list is 422, with its place',
      { input: ['a', ''] },
      {
        loc: [['body', 'input', 1]],
      },
    ),
    refused('input', 'a list of tokens is 422', { input: [1, 2, 3] }),
    refused('input', 'lists of tokens are 422', { input: [[1, 2], [3]] }),
    refused(
      'input',
      'more than 2,048 texts are 422',
      { input: Array.from({ length: 2049 }, () => 'a') },
      {
        why: 'no bound is published; this is that of OpenAI',
      },
    ),
    refused(
      'input',
      'a text of more than 8,192 words is 422: nothing is cut',
      { input: 'a '.repeat(8193) },
      {
        why: 'a text that is cut is another text',
      },
    ),
    refused('model', 'missing is 422', { model: undefined }),
    refused('model', 'another name is 422', { model: 'text-embedding-3-small' }),
    refused('encoding_format', 'another one is 422', { encoding_format: 'int8' }),
    refused('dimensions', 'zero is 422', { dimensions: 0 }),
    refused('dimensions', 'more than the model has is 422', { dimensions: 513 }),
    {
      rule: 'another name makes the OpenAI client throw its UnprocessableEntityError',
      ask: (world) =>
        world.openai((client) => client.embeddings.create({ model: 'text-embedding-3-small', input: 'a' })),
      expected: { status: 422, error: 'UnprocessableEntityError' },
    },
  ],
}

const idsOf = ({ body }: Answer) => (body as { data: { id: string }[] }).data.map(({ id }) => id)
const IDS = ['builtin', MODEL, 'intfloat/multilingual-e5-large']

export const MODELS: Section = {
  title: 'GET /v2/ai/openai/embeddings/models, GET /v2/ai/openai/models',
  method:
    'ai.openai.embeddings.listEmbeddingModels, ai.openai.listModels, and models.list of the OpenAI client',
  rules: [
    {
      rule: 'has every name that may be sent',
      ask: (world) => world.get('/openai/embeddings/models'),
      expected: { status: 200, schema: 'models', seen: idsOf, is: IDS },
    },
    {
      rule: 'the official client gets the same',
      ask: (world) => world.client((client) => client.ai.openai.embeddings.listEmbeddingModels()),
      expected: { status: 200, schema: 'models', seen: idsOf, is: IDS },
    },
    {
      rule: 'the official client gets them from the list of all models too',
      ask: (world) => world.client((client) => client.ai.openai.listModels()),
      expected: { status: 200, schema: 'models', seen: idsOf, is: IDS },
    },
    {
      rule: 'the OpenAI client can list them',
      ask: (world) =>
        world.openai(async (client) => ({ object: 'list', data: (await client.models.list()).data })),
      expected: { status: 200, schema: 'models', seen: idsOf, is: IDS },
    },
    {
      field: 'created',
      rule: 'is 0',
      state: 'differs',
      why: 'models of this server have no such time',
      ask: (world) => world.get('/openai/models'),
      expected: { status: 200, body: { data: [{ created: 0 }, {}, {}] } },
    },
    {
      field: 'owned_by, embedded_by, dimension',
      rule: 'say that this server owns them and what each name really means',
      state: 'extended',
      why: 'a name alone would promise weights that are not here',
      ask: (world) => world.get('/openai/models'),
      expected: {
        status: 200,
        body: { data: [{}, { owned_by: 'embedline', embedded_by: 'builtin@1', dimension: 512 }, {}] },
      },
    },
  ],
}
