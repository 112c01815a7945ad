import type { Answer } from '../../rule.ts'
import type { Rule, Section } from '../rule.ts'
import { idOf, type World } from '../world.ts'

const PATH = '/embeddings/url'
const BUCKET = 'waiting-site'

const dataOf = ({ body }: Answer) => (body as { data: Record<string, unknown> }).data

/** A crawl that is only taken, never worked on. */
const take =
  (fields: object = {}) =>
  (world: World) =>
    world.idle.post(PATH, { bucket_name: BUCKET, url: world.site, ...fields })

const refused = (field: string, rule: string, fields: object, more: Partial<Rule> = {}): Rule => ({
  field,
  rule,
  ask: take(fields),
  expected: { status: 422, schema: 'invalidRequest.json', loc: [['body', field]] },
  ...more,
})

const refusedUrl = (rule: string, url: string, reason: string): Rule => ({
  field: 'url',
  rule: `${rule} is 422, \`ctx.reason\` is \`${reason}\``,
  why: 'an address that is never going to be asked is better refused at once',
  ask: take({ url }),
  expected: {
    status: 422,
    schema: 'invalidRequest.json',
    body: { detail: [{ loc: ['body', 'url'], type: 'value_error', ctx: { reason } }] },
  },
})

const bodies: Rule[] = [
  {
    rule: 'answers 200 with the task, whose status is `queued`',
    ask: take(),
    expected: { status: 200, schema: 'created', body: { data: { status: 'queued', finished_at: null } } },
  },
  {
    rule: 'the client gets the same',
    ask: (world) =>
      world.idle.client((client) => client.ai.embeddings.url({ bucket_name: BUCKET, url: world.site })),
    expected: { status: 200, schema: 'created' },
  },
  {
    field: 'task_name',
    rule: 'is `embed_url:` and the bucket',
    why: 'no value is published',
    ask: take(),
    expected: { status: 200, body: { data: { task_name: `embed_url:${BUCKET}` } } },
  },
  {
    field: 'url, bucket, pages, files_total, model',
    rule: 'more keys in `data` say what is crawled, into which bucket, how far and by which model',
    state: 'extended',
    why: 'clients ignore keys that they do not know',
    ask: take(),
    expected: {
      status: 200,
      body: {
        data: {
          bucket: BUCKET,
          document_chunk_size: 1024,
          document_chunk_overlap_size: 512,
          files_total: 0,
          pages: { found: 0, fetched: 0, stored: 0, skipped: 0, missing: 0, failed: 0 },
          model: { id: 'builtin' },
        },
      },
      seen: (answer, world) => dataOf(answer)['url'] === `${world.site}/`,
      is: true,
    },
  },
  {
    rule: 'while the same crawl has not ended, it is answered instead of a new one',
    state: 'extended',
    why: 'clients repeat a create by themselves when an answer is lost',
    ask: async (world) => {
      const first = await take()(world)
      const second = await take({ url: `${world.site}/#top` })(world)
      return { ...second, headers: { 'first-id': idOf(first) } }
    },
    expected: { status: 200, seen: (answer) => answer.headers['first-id'] === idOf(answer), is: true },
  },
  {
    rule: 'the pages become objects of the bucket and are embedded; a link to nothing fails nothing',
    why: 'names of objects and limits are not published: docs/decisions/0072-crawling.md has ours',
    ask: (world) => world.crawl('site'),
    expected: {
      status: 200,
      body: {
        data: {
          status: 'success',
          files_total: 2,
          files_done: 2,
          files_removed: 0,
          pages: { found: 3, fetched: 3, stored: 2, missing: 1, failed: 0 },
        },
      },
    },
  },
  {
    field: 'filename',
    rule: 'is the address without its scheme, with an extension',
    why: 'no rule is published',
    ask: (world) => world.get('/embeddings/buckets/site'),
    expected: {
      status: 200,
      schema: 'files',
      seen: ({ body }) =>
        (body as { data: { filename: string }[] }).data.map(({ filename }) =>
          filename.replace(/^127\.0\.0\.1_\d+/, 'host'),
        ),
      is: ['host/index.html', 'host/snow.html'],
    },
  },
  {
    field: 'metadata.source',
    rule: 'of a chunk that a search finds is the address of the page',
    why: 'the page asks for a text; this is where a reader finds it',
    ask: (world) =>
      world.post('/embeddings/similarity-search', {
        bucket_name: 'site',
        query: 'snow stays on the mountains',
        num_of_docs: 1,
      }),
    expected: {
      status: 200,
      schema: 'results',
      seen: ({ body }, world) =>
        (body as { data: { metadata: { source: string } }[] }).data[0]?.metadata.source ===
        `${world.site}/snow`,
      is: true,
    },
  },
  {
    rule: 'pages that have not changed are only counted the next time',
    ask: (world) => world.crawl('site'),
    expected: { status: 200, body: { data: { status: 'success', files_done: 0, files_skipped: 2 } } },
  },
  {
    rule: 'the other files of the bucket stay: none counts as removed',
    ask: async (world) => {
      await world.embed('beside')
      return world.crawl('beside')
    },
    expected: {
      status: 200,
      body: { data: { status: 'success', files_total: 2, files_done: 2, files_removed: 0 } },
    },
  },
  {
    rule: 'an embedding of the bucket afterwards finds the pages unchanged',
    ask: (world) => world.embed('site'),
    expected: {
      status: 200,
      body: { data: { status: 'success', files_total: 2, files_done: 0, files_skipped: 2 } },
    },
  },
  {
    rule: 'a start page that is not there ends the task as `failure`, which says so',
    ask: (world) => world.crawl('no-pages', '/hail'),
    expected: {
      status: 200,
      body: { data: { status: 'failure', error_reason: 'fetch_not_found', files_total: 0 } },
    },
  },
]

const fields: Rule[] = [
  refused('url', 'missing is 422', { url: undefined }),
  refused('url', 'null is 422', { url: null }),
  refused('url', 'an empty text is 422', { url: '' }),
  refusedUrl('what is no URL', 'example', 'bad_url'),
  refusedUrl('another scheme than http and https', 'ftp://127.0.0.1/', 'bad_scheme'),
  refusedUrl('a user name', 'http://me:secret@127.0.0.1/', 'userinfo'),
  refusedUrl('a private address', 'http://10.0.0.1/', 'private_address'),
  refusedUrl('the address of a machine in a cloud', 'http://169.254.169.254/latest', 'private_address'),
  refusedUrl('a port where nobody listens', 'http://127.0.0.1:1/', 'connection_refused'),
  refused('bucket_name', 'missing is 422', { bucket_name: undefined }),
  {
    field: 'bucket_name',
    rule: 'a bucket that is not there is 404 in the envelope of buckets, and there is no task',
    why: 'older pages of the contract made one',
    ask: take({ bucket_name: 'no-such-bucket' }),
    expected: { status: 404, schema: 'bucketMissing', body: { detail: [{ code: '10005' }] } },
  },
  {
    field: 'Idempotency-Key',
    rule: 'the same request with the same key gets the same answer, byte for byte',
    ask: async (world) => {
      const body = { bucket_name: BUCKET, url: `${world.site}/snow` }
      const ask = () => world.idle.post(PATH, body, { headers: { 'idempotency-key': 'crawl-1' } })
      const [first, second] = [await ask(), await ask()]
      return { ...second, headers: { ...second.headers, 'first-text': first.text } }
    },
    expected: {
      status: 200,
      schema: 'created',
      headers: { 'idempotent-replayed': 'true' },
      seen: (answer) => answer.headers['first-text'] === answer.text,
      is: true,
    },
  },
]

export const CRAWL: Section = {
  title: 'POST /v2/ai/embeddings/url',
  method: 'ai.embeddings.url',
  rules: [...bodies, ...fields],
}
