import type { Answer } from '../../rule.ts'
import type { Rule, Section } from '../rule.ts'
import type { World } from '../world.ts'

const PATH = '/embeddings'

const dataOf = ({ body }: Answer) => (body as { data: Record<string, unknown> }).data

const create = (fields: object) => (world: World) => world.post(PATH, { bucket_name: 'spare', ...fields })

/** A value that is refused, and where the answer says so. */
const refused = (field: string, rule: string, fields: object, more: Partial<Rule> = {}): Rule => ({
  field,
  rule,
  ask: create(fields),
  expected: { status: 422, schema: 'invalidRequest.json', loc: [['body', field]] },
  ...more,
})

const OVERLAP = 'document_chunk_overlap_size'
const SIZE = 'document_chunk_size'

const bodies: Rule[] = [
  {
    rule: 'answers 200 with the task, whose status is `queued`',
    ask: (world) => world.idle.post(PATH, { bucket_name: 'waiting-a' }),
    expected: { status: 200, schema: 'created', body: { data: { status: 'queued', finished_at: null } } },
  },
  {
    rule: 'the client gets the same',
    ask: (world) => world.idle.client((client) => client.ai.embeddings.create({ bucket_name: 'waiting-b' })),
    expected: { status: 200, schema: 'created' },
  },
  {
    rule: 'the client may send every field',
    ask: (world) =>
      world.idle.client((client) =>
        client.ai.embeddings.create({
          bucket_name: 'waiting-a',
          document_chunk_size: 1024,
          document_chunk_overlap_size: 512,
          embedding_model: 'thenlper/gte-large',
          loader: 'default',
        }),
      ),
    expected: { status: 200, schema: 'created' },
  },
  {
    field: 'task_name',
    rule: 'is `embed_bucket:` and the name of the bucket',
    why: 'no value is published',
    ask: (world) => world.idle.post(PATH, { bucket_name: 'waiting-a' }),
    expected: { status: 200, body: { data: { task_name: 'embed_bucket:waiting-a' } } },
  },
  {
    field: 'created_at',
    rule: 'is an RFC 3339 time in UTC, with Z',
    ask: (world) => world.idle.post(PATH, { bucket_name: 'waiting-a' }),
    expected: {
      status: 200,
      seen: (answer) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(dataOf(answer)['created_at'])),
      is: true,
    },
  },
  {
    field: 'bucket, files_total, files_done, files_failed, files_skipped, files_removed, model',
    rule: 'more keys in `data` say which bucket, how far and by which model',
    state: 'extended',
    why: 'clients ignore keys that they do not know',
    ask: (world) => world.idle.post(PATH, { bucket_name: 'waiting-a' }),
    expected: {
      status: 200,
      body: {
        data: {
          bucket: 'waiting-a',
          files_total: 0,
          files_done: 0,
          files_failed: 0,
          files_skipped: 0,
          files_removed: 0,
          model: { id: 'builtin', revision: '1', space: 'text', dimension: 512 },
        },
      },
      headers: { 'x-embedline-model': 'builtin@1' },
    },
  },
  {
    field: 'warnings',
    rule: 'says so when another model stands in for the one that was named',
    state: 'extended',
    why: 'the contract has two models by name; here they mean the configured one',
    ask: (world) => world.idle.post(PATH, { bucket_name: 'waiting-a' }),
    expected: { status: 200, body: { data: { warnings: [{ code: 'builtin_model' }] } } },
  },
  {
    rule: 'while a task with the same settings has not ended, it is answered instead of a new one',
    state: 'extended',
    why: 'clients repeat a create by themselves when an answer is lost',
    ask: (world) => world.idle.post(PATH, { bucket_name: 'waiting-a' }),
    expected: {
      status: 200,
      seen: (answer, world) => dataOf(answer)['task_id'] === world.idle.tasks['waiting-a'],
      is: true,
    },
  },
  {
    rule: 'with other settings there is a second task, which waits for the first',
    ask: (world) => world.idle.post(PATH, { bucket_name: 'waiting-a', document_chunk_size: 500 }),
    expected: {
      status: 200,
      seen: (answer, world) => dataOf(answer)['task_id'] === world.idle.tasks['waiting-a'],
      is: false,
    },
  },
  {
    rule: 'a bucket that was embedded before is looked through again: unchanged files are only counted',
    why: 'nothing is published on a second create',
    ask: (world) => world.embed('handbook'),
    expected: {
      status: 200,
      body: { data: { status: 'success', files_total: 5, files_done: 0, files_skipped: 5 } },
    },
  },
  {
    rule: 'the order of keys, white space and a content type of any kind do not matter',
    ask: (world) =>
      world.send('POST', PATH, {
        body: ' {"loader" : "default",\n"bucket_name":"spare"} ',
        headers: { 'content-type': 'text/plain' },
      }),
    expected: { status: 200, schema: 'created' },
  },
  {
    rule: 'keys that nobody knows are ignored',
    ask: create({ bucket: 'x', nonsense: { deep: [1] } }),
    expected: { status: 200, schema: 'created' },
  },
]

const fields: Rule[] = [
  {
    field: 'bucket_name',
    rule: 'missing is 422',
    ask: (world) => world.post(PATH, {}),
    expected: {
      status: 422,
      schema: 'invalidRequest.json',
      body: { detail: [{ loc: ['body', 'bucket_name'], msg: 'Field required', type: 'missing' }] },
    },
  },
  {
    field: 'bucket_name',
    rule: 'missing makes the client throw its UnprocessableEntityError',
    ask: (world) =>
      // @ts-expect-error the type wants the field that is missing here
      world.client((client) => client.ai.embeddings.create({})),
    expected: { status: 422, error: 'UnprocessableEntityError' },
  },
  refused('bucket_name', 'null is 422', { bucket_name: null }),
  refused('bucket_name', 'a number is 422', { bucket_name: 7 }),
  refused('bucket_name', 'an empty text is 422', { bucket_name: '' }),
  {
    field: 'bucket_name',
    rule: 'a bucket that is not there is 404 in the envelope of buckets, and there is no task',
    why: 'the page does not say when a missing bucket is noticed; at once is kinder',
    ask: (world) => world.post(PATH, { bucket_name: 'no-such-bucket' }),
    expected: { status: 404, schema: 'bucketMissing', body: { detail: [{ code: '10005' }] } },
  },
  ...[
    ['`../handbook`', '../handbook'],
    ['`handbook/policy`', 'handbook/policy'],
    ['`HANDBOOK`', 'HANDBOOK'],
    ['`.`', '.'],
    ['64 letters', 'a'.repeat(64)],
    ['two Japanese letters', '日本'],
  ].map(([words, name]): Rule => ({
    field: 'bucket_name',
    rule: `${words}: no name of a bucket, and therefore 404`,
    ask: (world) => world.post(PATH, { bucket_name: name }),
    expected: { status: 404, schema: 'bucketMissing' },
  })),
  {
    field: SIZE,
    rule: 'left out, it is 1024 characters, and 512 of them overlap',
    why: 'the unit is not published; models of 512 tokens cannot mean 1024 tokens',
    ask: create({}),
    expected: { status: 200, body: { data: { [SIZE]: 1024, [OVERLAP]: 512 } } },
  },
  {
    field: SIZE,
    rule: 'given alone, half of it overlaps, at most 512',
    state: 'differs',
    why: 'the default of 512 would be larger than a small chunk',
    ask: create({ [SIZE]: 301 }),
    expected: { status: 200, body: { data: { [SIZE]: 301, [OVERLAP]: 150 } } },
  },
  {
    field: SIZE,
    rule: 'null means the default',
    state: 'extended',
    why: 'some clients write out what is not set',
    ask: create({ [SIZE]: null, [OVERLAP]: null, embedding_model: null, loader: null }),
    expected: { status: 200, body: { data: { [SIZE]: 1024, [OVERLAP]: 512 } } },
  },
  refused(SIZE, 'zero is 422', { [SIZE]: 0 }, { why: 'no bound is published' }),
  refused(SIZE, 'less than zero is 422', { [SIZE]: -1 }),
  refused(SIZE, 'a fraction is 422', { [SIZE]: 10.5 }),
  refused(SIZE, 'a number in quotes is 422', { [SIZE]: '1024' }),
  refused(SIZE, 'more than a whole number can hold exactly is 422', { [SIZE]: 1e300 }),
  {
    field: OVERLAP,
    rule: 'zero is taken',
    ask: create({ [OVERLAP]: 0 }),
    expected: { status: 200, body: { data: { [OVERLAP]: 0 } } },
  },
  refused(OVERLAP, 'less than zero is 422', { [OVERLAP]: -1 }),
  refused(OVERLAP, 'as much as the chunk is 422', { [SIZE]: 100, [OVERLAP]: 100 }),
  refused(OVERLAP, 'as much as the default chunk is 422', { [OVERLAP]: 1024 }),
  ...['thenlper/gte-large', 'intfloat/multilingual-e5-large'].map((model, index): Rule => ({
    field: 'embedding_model',
    rule: `\`${model}\` is taken, repeated in the answer, and means the configured model`,
    state: 'extended',
    why: 'its weights are not here; `model` and `warnings` say what embeds instead',
    // A size of its own, because a task of the same settings that has not ended would be answered.
    ask: create({ embedding_model: model, [SIZE]: 810 + index }),
    expected: { status: 200, body: { data: { embedding_model: model, model: { id: 'builtin' } } } },
  })),
  {
    field: 'embedding_model',
    rule: 'an id of a model of this server is taken',
    state: 'extended',
    why: 'it is the honest name',
    ask: create({ embedding_model: 'builtin', [SIZE]: 820 }),
    expected: { status: 200, body: { data: { embedding_model: 'builtin' } } },
  },
  refused('embedding_model', 'another name is 422', {
    embedding_model: 'sentence-transformers/all-mpnet-base-v2',
  }),
  refused('embedding_model', 'a name of the other dialect is 422', { embedding_model: 'marengo3.0' }),
  refused('embedding_model', 'an empty name is 422', { embedding_model: '' }),
  {
    field: 'loader',
    rule: '`intercom` is taken',
    ask: create({ loader: 'intercom' }),
    expected: { status: 200, body: { data: { loader: 'intercom' } } },
  },
  refused('loader', 'another one is 422', { loader: 'notion' }),
  {
    rule: 'all that is wrong is told in one answer',
    ask: create({ bucket_name: 1, [SIZE]: 0, loader: 'x' }),
    expected: {
      status: 422,
      schema: 'invalidRequest.json',
      loc: [
        ['body', 'bucket_name'],
        ['body', SIZE],
        ['body', 'loader'],
      ],
    },
  },
  ...[
    ['an empty body', ''],
    ['a body that is no JSON', '{"bucket_name":'],
    ['a list', '[]'],
    ['null', 'null'],
  ].map(([what = '', body = '']): Rule => ({
    field: 'body',
    rule: `${what} is 422`,
    ask: (world) => world.send('POST', PATH, { body }),
    expected: { status: 422, schema: 'invalidRequest.json', loc: [['body']] },
  })),
  {
    field: 'body',
    rule: 'more than 8 MiB is 413',
    why: 'no bound is published',
    ask: (world) => world.post(PATH, { bucket_name: 'spare', filler: 'x'.repeat(9 * 1024 * 1024) }),
    expected: { status: 413, schema: 'gateway', code: '10015' },
  },
]

export const CREATE: Section = {
  title: 'POST /v2/ai/embeddings',
  method: 'ai.embeddings.create',
  rules: [...bodies, ...fields],
}
