import type { Answer } from '../../rule.ts'
import type { Rule, Section } from '../rule.ts'
import { ODD_KEY, type World } from '../world.ts'

const PATH = '/embeddings/similarity-search'

interface Hit {
  document_chunk: string
  distance: number
  metadata: { source: string; filename: string; certainty: number; loader_metadata: object }
}

const hitsOf = ({ body }: Answer) => (body as { data: Hit[] }).data

const search =
  (fields: object, bucket = 'handbook') =>
  (world: World) =>
    world.post(PATH, { bucket_name: bucket, query: 'When are refunds paid?', ...fields })

const refused = (field: string, rule: string, fields: object, more: Partial<Rule> = {}): Rule => ({
  field,
  rule,
  ask: search(fields),
  expected: { status: 422, schema: 'invalidRequest.json', loc: [['body', field]] },
  ...more,
})

const missing = (rule: string, ask: Rule['ask'], more: Partial<Rule> = {}): Rule => ({
  field: 'bucket_name',
  rule: `${rule} is 404 in the envelope of buckets`,
  ask,
  expected: { status: 404, schema: 'bucketMissing' },
  ...more,
})

const found: Rule[] = [
  {
    rule: 'answers with chunks, the nearest first',
    ask: search({}),
    expected: {
      status: 200,
      schema: 'results',
      headers: { 'x-embedline-search': 'exact' },
      body: { data: [{ metadata: { filename: 'policy/refunds.txt' } }, {}, {}] },
      seen: (answer) => {
        const distances = hitsOf(answer).map(({ distance }) => distance)
        return distances.every((distance, index) => distance >= (distances[index - 1] ?? 0))
      },
      is: true,
    },
  },
  {
    rule: 'the client gets the same',
    ask: (world) =>
      world.client((client) =>
        client.ai.embeddings.similaritySearch({ bucket_name: 'handbook', query: 'refunds', num_of_docs: 1 }),
      ),
    expected: {
      status: 200,
      schema: 'results',
      body: { data: [{ metadata: { filename: 'policy/refunds.txt' } }] },
    },
  },
  {
    field: 'certainty',
    rule: 'is 1 - distance / 2',
    ask: search({}),
    expected: {
      status: 200,
      seen: (answer) =>
        hitsOf(answer).every(
          ({ distance, metadata }) => Math.abs(metadata.certainty - (1 - distance / 2)) < 1e-12,
        ),
      is: true,
    },
  },
  {
    field: 'distance',
    rule: 'of the text itself is next to nothing and not less than 0',
    ask: search({ query: 'Refunds are paid within ten days of approval, to the card that was charged.' }),
    expected: {
      status: 200,
      seen: (answer) => {
        const { distance = -1 } = hitsOf(answer)[0] ?? {}
        return distance >= 0 && distance < 0.2
      },
      is: true,
    },
  },
  {
    field: 'embedding',
    rule: 'is the real model and its revision, whatever name was sent when the bucket was embedded',
    state: 'differs',
    why: 'the contract has the name of its own model there, whose weights are not here',
    ask: search({}),
    expected: { status: 200, body: { data: [{ metadata: { embedding: 'builtin@1' } }, {}, {}] } },
  },
  {
    field: 'source',
    rule: 'is the address of the object on this server, never a path of its disk',
    ask: search({ num_of_docs: 1 }),
    expected: {
      status: 200,
      seen: (answer, world) =>
        hitsOf(answer)[0]?.metadata.source === `${world.url}/api/buckets/handbook/objects/policy/refunds.txt`,
      is: true,
    },
  },
  {
    field: 'source',
    rule: 'has every key percent-encoded so that the object is found there',
    ask: async (world) => {
      const answer = await search({ query: 'any character that a file name can hold', num_of_docs: 1 })(world)
      const { source, filename } = hitsOf(answer)[0]?.metadata ?? { source: '', filename: '' }
      const object = await fetch(source, { headers: { authorization: 'Bearer key-of-one' } })
      return { ...answer, headers: { status: String(object.status), filename, text: await object.text() } }
    },
    expected: {
      status: 200,
      headers: {
        status: '200',
        filename: ODD_KEY,
        text: 'A key may hold any character that a file name can hold.',
      },
    },
  },
  {
    field: 'loader_metadata',
    rule: 'says where the chunk stands, as far as the format tells: `heading`, `page`, `row`, `start_sec` …',
    state: 'extended',
    why: 'the contract leaves it empty for the default loader',
    ask: search({ query: 'How long may customs take abroad?', num_of_docs: 1 }),
    expected: {
      status: 200,
      body: {
        data: [{ metadata: { filename: 'policy/shipping.md', loader_metadata: { heading: 'Abroad' } } }],
      },
    },
  },
  {
    field: 'loader_metadata',
    rule: 'of the `intercom` loader has `article_url` and `heading`',
    ask: search({ query: 'Press the key symbol', num_of_docs: 1 }, 'articles'),
    expected: {
      status: 200,
      schema: 'results',
      body: {
        data: [
          {
            metadata: {
              loader_metadata: { article_url: 'https://help.example.org/passwords', heading: 'Reset' },
            },
          },
        ],
      },
    },
  },
  {
    field: 'num_of_docs',
    rule: 'left out, it is 3',
    ask: search({}),
    expected: { status: 200, seen: (answer) => hitsOf(answer).length, is: 3 },
  },
  {
    field: 'num_of_docs',
    rule: 'may be more than there are chunks',
    ask: search({ num_of_docs: 100 }, 'mixed'),
    expected: { status: 200, schema: 'results', seen: (answer) => hitsOf(answer).length, is: 1 },
  },
  {
    rule: 'a bucket without chunks has an empty list',
    ask: search({}, 'empty'),
    expected: { status: 200, schema: 'results', body: { data: [] } },
  },
  {
    field: 'query',
    rule: 'in any script is taken',
    ask: search({ query: 'Wann wird gezahlt? 返金 متى 🙂' }),
    expected: { status: 200, schema: 'results' },
  },
  {
    rule: 'keys that nobody knows are ignored',
    ask: search({ num_docs: 1, nonsense: true }),
    expected: { status: 200, seen: (answer) => hitsOf(answer).length, is: 3 },
  },
]

const extras: Rule[] = [
  {
    field: 'hybrid',
    rule: 'true lets the words of the query count beside its vector',
    state: 'extended',
    why: 'names and numbers are found by their letters',
    ask: search({ hybrid: true }),
    expected: {
      status: 200,
      schema: 'results',
      body: { data: [{ metadata: { filename: 'policy/refunds.txt' } }, {}, {}] },
    },
  },
  {
    field: 'filter',
    rule: 'a pattern for keys leaves out the files that do not fit',
    state: 'extended',
    why: 'the contract cannot search in a part of a bucket',
    ask: search({ filter: 'policy/*.md', num_of_docs: 100 }),
    expected: {
      status: 200,
      seen: (answer) => [...new Set(hitsOf(answer).map(({ metadata }) => metadata.filename))],
      is: ['policy/shipping.md'],
    },
  },
  {
    field: 'min_certainty',
    rule: 'leaves out what is less certain',
    state: 'extended',
    why: 'a caller need not read what fits badly',
    ask: search({ min_certainty: 0.99 }),
    expected: { status: 200, schema: 'results', body: { data: [] } },
  },
  refused('hybrid', 'another value than true or false is 422', { hybrid: 'yes' }),
  refused('filter', 'an empty pattern is 422', { filter: '' }),
  refused('min_certainty', 'more than 1 is 422', { min_certainty: 1.5 }),
]

const refusals: Rule[] = [
  refused('bucket_name', 'missing is 422', { bucket_name: undefined }),
  refused('query', 'missing is 422', { query: undefined }),
  refused('query', 'an empty text is 422', { query: '' }),
  refused('query', 'white space alone is 422', { query: ' \n' }),
  refused('query', 'a list is 422', { query: ['refunds'] }),
  refused(
    'query',
    'more than 500 words is 422: nothing is cut',
    { query: 'word '.repeat(501) },
    {
      why: 'a query that is cut is another query',
    },
  ),
  refused('num_of_docs', 'zero is 422', { num_of_docs: 0 }),
  refused('num_of_docs', 'less than zero is 422', { num_of_docs: -1 }),
  refused('num_of_docs', 'more than 100 is 422', { num_of_docs: 101 }, { why: 'no bound is published' }),
  refused('num_of_docs', 'a fraction is 422', { num_of_docs: 1.5 }),
  missing('a bucket that is not there', search({}, 'no-such-bucket'), {
    why: 'the page declares no answer for it',
  }),
  missing('a bucket that only another account has embedded', (world) =>
    world.post(PATH, { bucket_name: 'mixed', query: 'refunds' }, { key: 'key-of-two' }),
  ),
  {
    rule: 'the client throws its NotFoundError for such a bucket',
    ask: (world) =>
      world.client(({ ai }) => ai.embeddings.similaritySearch({ bucket_name: 'no-such-bucket', query: 'x' })),
    expected: { status: 404, error: 'NotFoundError' },
  },
]

export const SEARCH: Section = {
  title: 'POST /v2/ai/embeddings/similarity-search',
  method: 'ai.embeddings.similaritySearch',
  rules: [...found, ...extras, ...refusals],
}
