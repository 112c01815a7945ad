import type { OpenAI } from 'openai'
import type { Answer } from '../../rule.ts'
import type { Section } from '../rule.ts'
import { MODEL, type World } from '../world.ts'
import { refused as refusal } from './refused.ts'

interface Embeddings {
  data: { embedding: number[]; index: number }[]
}

const rowsOf = ({ body }: Answer) => (body as Embeddings).data
const lengthsOf = (answer: Answer) => rowsOf(answer).map(({ embedding }) => embedding.length)
const normOf = (answer: Answer) => Math.hypot(...(rowsOf(answer)[0]?.embedding ?? [])).toFixed(4)

const embed = (fields: object) => (world: World) =>
  world.post('/embeddings', { model: MODEL, input: 'a lamp', ...fields })

const byClient =
  (fields: object = {}) =>
  (world: World) =>
    world.client((client: OpenAI) =>
      client.embeddings.create({ model: MODEL, input: ['a lamp', 'a chair'], ...fields }),
    )

const refused = (field: string, rule: string, fields: object, more: Parameters<typeof refusal>[3] = {}) =>
  refusal(field, rule, embed(fields), more)

/** `hello world` in cl100k_base. */
const HELLO_WORLD = [15339, 1917]

/** Whether two requests get the same vectors. */
const same = (one: object, other: object) => async (world: World) => {
  const [first, second] = [await embed(one)(world), await embed(other)(world)]
  const isSame = JSON.stringify(rowsOf(first)) === JSON.stringify(rowsOf(second))
  return { ...second, headers: { same: String(isSame) } }
}

export const EMBEDDINGS: Section = {
  title: 'POST /v1/embeddings',
  method: 'embeddings.create',
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
        seen: (answer) => rowsOf(answer).map(({ index }) => index),
        is: [0, 1, 2],
      },
    },
    {
      field: 'input',
      rule: 'tokens of cl100k_base mean the text that they are of',
      ask: same({ input: 'hello world' }, { input: HELLO_WORLD }),
      expected: { status: 200, headers: { same: 'true' } },
    },
    {
      field: 'input',
      rule: 'lists of tokens are as many texts',
      ask: same({ input: ['hello world', 'hello'] }, { input: [HELLO_WORLD, HELLO_WORLD.slice(0, 1)] }),
      expected: { status: 200, schema: 'embeddings', headers: { same: 'true' } },
    },
    {
      field: 'encoding_format',
      rule: 'the official client asks for base64 by itself and decodes it',
      ask: byClient(),
      expected: { status: 200, seen: lengthsOf, is: [512, 512] },
    },
    {
      field: 'encoding_format',
      rule: 'base64 is little-endian float32, the same numbers',
      ask: async (world) => {
        const [plain, packed] = [await embed({})(world), await embed({ encoding_format: 'base64' })(world)]
        const bytes = Buffer.from(String(rowsOf(packed)[0]?.embedding), 'base64')
        const isSame = rowsOf(plain)[0]?.embedding.every(
          (value, index) => Math.fround(value) === bytes.readFloatLE(index * 4),
        )
        return { ...packed, headers: { same: String(isSame), bytes: String(bytes.length) } }
      },
      expected: { status: 200, schema: 'embeddings', headers: { same: 'true', bytes: '2048' } },
    },
    {
      field: 'encoding_format',
      rule: '`float` is what is answered when nothing is said',
      ask: same({}, { encoding_format: 'float' }),
      expected: { status: 200, headers: { same: 'true' } },
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
      rule: 'the official client may send it',
      ask: byClient({ dimensions: 256 }),
      expected: { status: 200, seen: lengthsOf, is: [256, 256] },
    },
    {
      field: 'model',
      rule: '`text-embedding-3-small`, `text-embedding-3-large`, `text-embedding-ada-002` and every own model and alias are taken',
      state: 'differs',
      why: 'OpenAI’s weights are not here: its names mean the configured model, and `warnings` says so while it has none',
      ask: async (world) => {
        const names = [MODEL, 'text-embedding-3-large', 'text-embedding-ada-002', 'builtin']
        const answers = await Promise.all(names.map((model) => embed({ model })(world)))
        return { ...answers[0]!, body: answers.map(({ status }) => status) }
      },
      expected: { status: 200, seen: ({ body }) => body, is: [200, 200, 200, 200] },
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
    {
      rule: 'has the headers `x-request-id` and `openai-processing-ms`',
      ask: embed({}),
      expected: {
        status: 200,
        seen: ({ headers }) => [
          typeof headers['x-request-id'],
          /^\d+$/.test(String(headers['openai-processing-ms'])),
        ],
        is: ['string', true],
      },
    },
    refused('input', 'missing is 400', { input: undefined }, { code: 'missing_required_parameter' }),
    refused('input', 'null is 400', { input: null }),
    refused('input', 'an empty text is 400', { input: '' }),
    refused(
      'input',
      'white space alone is 400',
      { input: ' \n' },
      { state: 'differs', why: 'its vector would mean nothing' },
    ),
    refused('input', 'an empty list is 400', { input: [] }),
    refused(
      'input',
      'an empty text in a list is 400, with its place',
      { input: ['a', ''] },
      { param: 'input.1' },
    ),
    refused('input', 'a number that is no token is 400', { input: [999_999] }),
    refused('input', 'texts and tokens in one list are 400', { input: ['a', 1] }),
    refused('input', 'more than 2,048 texts are 400', { input: Array.from({ length: 2049 }, () => 'a') }),
    refused(
      'input',
      'a text of more than 8,192 words is 400 `context_length_exceeded`: nothing is cut',
      { input: 'a '.repeat(8193) },
      { code: 'context_length_exceeded' },
    ),
    refused(
      'input',
      'texts of more than 300,000 words together are 400',
      { input: Array.from({ length: 41 }, () => 'a '.repeat(7400)) },
      { code: 'context_length_exceeded' },
    ),
    refused('model', 'missing is 400', { model: undefined }, { code: 'missing_required_parameter' }),
    refused('model', 'another name is 404', { model: 'gpt-4' }, { status: 404, code: 'model_not_found' }),
    refused(
      'model',
      'a name of another contract is 404',
      { model: 'marengo3.0' },
      { status: 404, code: 'model_not_found' },
    ),
    refused('encoding_format', 'another one is 400', { encoding_format: 'int8' }),
    refused('dimensions', 'zero is 400', { dimensions: 0 }),
    refused('dimensions', 'more than the model has is 400', { dimensions: 513 }),
    {
      rule: 'a body that is no JSON is 400',
      ask: (world) => world.post('/embeddings', '{"model":'),
      expected: { status: 400, schema: 'error', refusal: { param: null } },
    },
    {
      rule: 'another model makes the official client throw its NotFoundError',
      ask: byClient({ model: 'gpt-4' }),
      expected: { status: 404, error: 'NotFoundError' },
    },
    {
      rule: 'a wrong value makes the official client throw its BadRequestError',
      ask: byClient({ input: '' }),
      expected: { status: 400, error: 'BadRequestError' },
    },
  ],
}
