import type { Answer } from '../../rule.ts'
import type { Rule, Section } from '../rule.ts'
import { ODD_KEY, type World } from '../world.ts'

interface File {
  filename: string
  status: string
  last_embedded_at?: string
}

const PATH = '/embeddings/buckets'

const filesOf = ({ body }: Answer) => (body as { data: File[] }).data
const namesIn = ({ body }: Answer) => (body as { data: { buckets: string[] } }).data.buckets

export const BUCKETS: Section = {
  title: 'GET /v2/ai/embeddings/buckets',
  method: 'ai.embeddings.buckets.list',
  rules: [
    {
      field: 'buckets',
      rule: 'has the names of the embedded buckets, in an object and not as a bare list',
      ask: (world) => world.get(PATH),
      expected: {
        status: 200,
        schema: 'buckets',
        seen: (answer) => ['handbook', 'mixed', 'articles'].every((name) => namesIn(answer).includes(name)),
        is: true,
      },
    },
    {
      field: 'buckets',
      rule: 'are sorted by name',
      why: 'no order is published',
      ask: (world) => world.get(PATH),
      expected: {
        status: 200,
        seen: (answer) => namesIn(answer).join() === namesIn(answer).toSorted().join(),
        is: true,
      },
    },
    {
      rule: 'the client gets the same',
      ask: (world) => world.client((client) => client.ai.embeddings.buckets.list()),
      expected: { status: 200, schema: 'buckets' },
    },
    {
      rule: 'what another account embedded is not in it',
      ask: (world) => world.get(PATH, { key: 'key-of-two' }),
      expected: { status: 200, seen: (answer) => namesIn(answer).includes('handbook'), is: false },
    },
  ],
}

const missing = (rule: string, method: string, path: string, more: Partial<Rule> = {}): Rule => ({
  field: 'bucket_name',
  rule: `${rule} is 404 in the envelope of buckets`,
  ask: (world) => world.send(method, path),
  expected: { status: 404, schema: 'bucketMissing', body: { detail: [{ code: '10005' }] } },
  ...more,
})

export const BUCKET: Section = {
  title: 'GET /v2/ai/embeddings/buckets/{bucket_name}',
  method: 'ai.embeddings.buckets.retrieve',
  rules: [
    {
      rule: 'has every file, by its key',
      ask: (world) => world.get(`${PATH}/handbook`),
      expected: {
        status: 200,
        schema: 'files',
        seen: (answer) => filesOf(answer).map(({ filename }) => filename),
        is: ['faq.html', 'policy/refunds.txt', 'policy/shipping.md', 'prices.csv', ODD_KEY].toSorted(),
      },
    },
    {
      rule: 'the client gets the same',
      ask: (world) => world.client((client) => client.ai.embeddings.buckets.retrieve('handbook')),
      expected: { status: 200, schema: 'files' },
    },
    {
      field: 'status',
      rule: 'is one of the words that tasks have: `queued`, `processing`, `success`, `failure`',
      why: 'no values are published',
      ask: (world) => world.get(`${PATH}/mixed`),
      expected: {
        status: 200,
        seen: (answer) => filesOf(answer).map(({ filename, status }) => [filename, status]),
        is: [
          ['good.txt', 'success'],
          ['picture.png', 'failure'],
        ],
      },
    },
    {
      field: 'error_reason',
      rule: 'of a failed file is a word of the closed list at the end of this page; `error_message` has the sentence',
      state: 'extended',
      why: 'a program can read the word, a person the sentence',
      ask: (world) => world.get(`${PATH}/ruined`),
      expected: {
        status: 200,
        schema: 'files',
        body: { data: [{ filename: 'picture.png', error_reason: 'unsupported_type' }] },
      },
    },
    {
      field: 'last_embedded_at',
      rule: 'is left out while a file was never embedded, not null',
      ask: (world) => world.get(`${PATH}/mixed`),
      expected: {
        status: 200,
        seen: (answer) => filesOf(answer).map((file) => 'last_embedded_at' in file),
        is: [true, false],
      },
    },
    {
      field: 'size_bytes, chunks, checksum',
      rule: 'are there too; the checksum is the MD5 of the bytes that were embedded',
      state: 'extended',
      why: 'clients ignore keys that they do not know',
      ask: (world) => world.get(`${PATH}/mixed`),
      expected: {
        status: 200,
        body: { data: [{ size_bytes: 75, chunks: 1, checksum: '9f9fb82f78842b4aef7ea19e346ff723' }, {}] },
      },
    },
    {
      rule: 'an embedded bucket without files has an empty list',
      ask: (world) => world.get(`${PATH}/empty`),
      expected: { status: 200, schema: 'files', body: { data: [] } },
    },
    missing('a bucket that is not embedded', 'GET', `${PATH}/no-such-bucket`, {
      why: 'the page declares no answer for it',
    }),
    missing('a name that leads elsewhere', 'GET', `${PATH}/..%2Fhandbook`),
    missing('a name that is encoded twice', 'GET', `${PATH}/%2568andbook`),
    {
      field: 'bucket_name',
      rule: 'may be percent-encoded, and is decoded once',
      ask: (world) => world.get(`${PATH}/%68andbook`),
      expected: { status: 200, schema: 'files' },
    },
    {
      field: 'bucket_name',
      rule: 'a bucket that only another account has embedded is 404',
      ask: (world) => world.get(`${PATH}/mixed`, { key: 'key-of-two' }),
      expected: { status: 404, schema: 'bucketMissing' },
    },
    {
      rule: 'HEAD has the headers and no body',
      ask: (world) => world.send('HEAD', `${PATH}/handbook`),
      expected: { status: 200, seen: ({ text }) => text, is: '' },
    },
  ],
}

/** Embeds a bucket of its own and deletes it. */
const deleted =
  (bucket: string, by: (world: World) => Promise<Answer>) =>
  async (world: World): Promise<Answer> => {
    await world.write(bucket, 'one.txt', 'One text.')
    await world.embed(bucket)
    return by(world)
  }

export const DELETE: Section = {
  title: 'DELETE /v2/ai/embeddings/buckets/{bucket_name}',
  method: 'ai.embeddings.buckets.delete',
  rules: [
    {
      rule: 'answers 200 with `Content-Length: 0` and no content type, which every client can read',
      ask: deleted('gone-1', (world) => world.send('DELETE', `${PATH}/gone-1`)),
      expected: {
        status: 200,
        headers: { 'content-length': '0', 'content-type': undefined, 'transfer-encoding': undefined },
      },
    },
    {
      rule: 'the client resolves',
      ask: deleted('gone-2', (world) => world.client(({ ai }) => ai.embeddings.buckets.delete('gone-2'))),
      expected: { status: 200 },
    },
    {
      rule: 'afterwards the bucket is not embedded any more',
      ask: deleted('gone-3', async (world) => {
        await world.send('DELETE', `${PATH}/gone-3`)
        return world.get(`${PATH}/gone-3`)
      }),
      expected: { status: 404, schema: 'bucketMissing' },
    },
    {
      rule: 'the objects stay: the bucket can be embedded again',
      ask: deleted('gone-4', async (world) => {
        await world.send('DELETE', `${PATH}/gone-4`)
        return world.embed('gone-4')
      }),
      expected: { status: 200, body: { data: { status: 'success', files_done: 1 } } },
    },
    {
      rule: 'what another account embedded of the bucket stays',
      ask: deleted('gone-5', async (world) => {
        await world.post('/embeddings', { bucket_name: 'gone-5' }, { key: 'key-of-two' })
        await world.send('DELETE', `${PATH}/gone-5`)
        return world.get(`${PATH}/gone-5`, { key: 'key-of-two' })
      }),
      expected: { status: 200, schema: 'files' },
    },
    {
      rule: 'a task that runs or waits is stopped and ends as `failure`',
      why: 'nothing is published on it',
      ask: async (world) => {
        await world.idle.send('DELETE', `${PATH}/waiting-b`)
        return world.idle.get(`/embeddings/${world.idle.tasks['waiting-b']}`)
      },
      expected: { status: 200, schema: 'bucketTask.json', body: { data: { status: 'failure' } } },
    },
    missing('a second time', 'DELETE', `${PATH}/gone-1`),
    missing('a bucket that was never embedded', 'DELETE', `${PATH}/no-such-bucket`),
    {
      rule: 'the client throws its NotFoundError',
      ask: (world) => world.client(({ ai }) => ai.embeddings.buckets.delete('no-such-bucket')),
      expected: { status: 404, error: 'NotFoundError' },
    },
  ],
}
