import type { Answer } from '../../rule.ts'
import type { Rule, Section } from '../rule.ts'
import { idIn, line, type World } from '../world.ts'
import { refused } from './refused.ts'

const ORDER = { endpoint: '/v1/embeddings', completion_window: '24h' } as const

const create =
  (fields: object, headers: Readonly<Record<string, string>> = {}) =>
  (world: World) =>
    world.post('/batches', { input_file_id: idIn(world, 'good.file'), ...ORDER, ...fields }, { headers })

const retrieve = (name: string) => (world: World) => world.get(`/batches/${idIn(world, name)}`)

interface Batch {
  id: string
  status: string
  created_at: number
  expires_at: number
}

const batchIn = ({ body }: Answer) => body as Batch

export const CREATE_BATCH: Section = {
  title: 'POST /v1/batches',
  method: 'batches.create',
  rules: [
    {
      rule: 'is answered at once with a batch that is looked at',
      ask: create({ metadata: { job: 'x' } }),
      expected: {
        status: 200,
        schema: 'batch',
        body: {
          status: 'validating',
          completion_window: '24h',
          metadata: { job: 'x' },
          output_file_id: null,
        },
      },
    },
    {
      rule: 'the official client makes one',
      ask: (world) =>
        world.client((client) =>
          client.batches.create({ input_file_id: idIn(world, 'good.file'), ...ORDER }),
        ),
      expected: { status: 200, schema: 'batch', body: { status: 'validating', metadata: null } },
    },
    {
      field: 'expires_at',
      rule: 'is a day later',
      ask: create({}),
      expected: {
        status: 200,
        seen: (answer) => batchIn(answer).expires_at - batchIn(answer).created_at,
        is: 24 * 3600,
      },
    },
    {
      field: 'output_expires_after',
      rule: 'says how long its files are kept',
      ask: create({ output_expires_after: { anchor: 'created_at', seconds: 3600 } }),
      expected: { status: 200, schema: 'batch' },
    },
    {
      field: 'Idempotency-Key',
      rule: 'makes the same request again the same batch',
      state: 'extended',
      why: 'the contract has no such header; a create that is sent again must not be done twice',
      ask: async (world) => {
        const headers = { 'idempotency-key': 'nightly-1' }
        const [one, other] = [await create({}, headers)(world), await create({}, headers)(world)]
        return { ...other, headers: { ...other.headers, same: String(one.text === other.text) } }
      },
      expected: { status: 200, headers: { same: 'true', 'idempotent-replayed': 'true' } },
    },
    {
      field: 'Idempotency-Key',
      rule: 'of another request is 400',
      state: 'extended',
      why: 'as above',
      ask: async (world) => {
        const headers = { 'idempotency-key': 'nightly-2' }
        await create({}, headers)(world)
        return create({ metadata: { job: 'another' } }, headers)(world)
      },
      expected: { status: 400, schema: 'error', refusal: { code: 'idempotency_key_mismatch' } },
    },
    refused('input_file_id', 'missing is 400', create({ input_file_id: undefined }), {
      code: 'missing_required_parameter',
    }),
    refused('input_file_id', 'an unknown one is 400', create({ input_file_id: 'file-nothing' })),
    refused('input_file_id', 'that of another account is 400', (world) =>
      world.post('/batches', { input_file_id: idIn(world, 'good.file'), ...ORDER }, { key: world.otherKey }),
    ),
    refused('input_file_id', 'a file that a batch has made is 400', (world) =>
      create({ input_file_id: idIn(world, 'good.output') })(world),
    ),
    refused('endpoint', 'another one than `/v1/embeddings` is 400', create({ endpoint: '/v1/responses' }), {
      state: 'differs',
      why: 'this server embeds',
    }),
    refused('completion_window', 'another one than `24h` is 400', create({ completion_window: '1h' })),
    refused(
      'metadata',
      'more than 16 keys are 400',
      create({ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`k${at}`, 'v'])) }),
    ),
    refused('metadata.k', 'a value that is no text is 400', create({ metadata: { k: 1 } })),
  ],
}

const problem = (
  name: string,
  rule: string,
  { code, line: number, param }: { code: string; line: number | null; param: string | null },
): Rule => ({
  field: 'errors',
  rule,
  ask: retrieve(name),
  expected: {
    status: 200,
    schema: 'batch',
    body: {
      status: 'failed',
      output_file_id: null,
      errors: { object: 'list', data: [{ code, line: number, param }] },
      request_counts: { total: 0, completed: 0, failed: 0 },
    },
  },
})

export const RETRIEVE_BATCH: Section = {
  title: 'GET /v1/batches/{batch_id}',
  method: 'batches.retrieve',
  rules: [
    {
      rule: 'a batch whose requests are all done is completed, with one file',
      ask: retrieve('good'),
      expected: {
        status: 200,
        schema: 'batch',
        body: {
          status: 'completed',
          errors: null,
          error_file_id: null,
          metadata: { job: 'nightly' },
          request_counts: { total: 3, completed: 3, failed: 0 },
        },
      },
    },
    {
      rule: 'the official client gets it',
      ask: (world) => world.client((client) => client.batches.retrieve(idIn(world, 'good'))),
      expected: { status: 200, schema: 'batch', body: { status: 'completed' } },
    },
    {
      rule: 'its times are in order',
      ask: retrieve('good'),
      expected: {
        status: 200,
        seen: ({ body }) => {
          const at = body as Record<string, number | null>
          const times = ['created_at', 'in_progress_at', 'finalizing_at', 'completed_at'].map(
            (name) => at[name] ?? -1,
          )
          return [
            times.every((time, index) => time >= (times[index - 1] ?? 1)),
            at['failed_at'],
            at['cancelled_at'],
          ]
        },
        is: [true, null, null],
      },
    },
    {
      rule: 'when some requests failed it is completed too, with two files',
      ask: retrieve('mixed'),
      expected: {
        status: 200,
        schema: 'batch',
        body: { status: 'completed', request_counts: { total: 4, completed: 2, failed: 2 } },
        seen: ({ body }) => {
          const { output_file_id: output, error_file_id: error } = body as Record<string, unknown>
          return [typeof output, typeof error]
        },
        is: ['string', 'string'],
      },
    },
    {
      rule: 'when all failed as well, with an error file alone',
      ask: retrieve('ruined'),
      expected: {
        status: 200,
        body: {
          status: 'completed',
          output_file_id: null,
          request_counts: { total: 2, completed: 0, failed: 2 },
        },
      },
    },
    {
      rule: 'a byte order mark, CR LF and empty lines do no harm',
      state: 'extended',
      why: 'programs on other systems write such files',
      ask: retrieve('odd'),
      expected: {
        status: 200,
        body: { status: 'completed', request_counts: { total: 2, completed: 2, failed: 0 } },
      },
    },
    {
      field: 'model, usage',
      rule: 'say what embedded it, and how many words and punctuation marks it had',
      ask: retrieve('good'),
      expected: { status: 200, body: { model: 'builtin@1', usage: { input_tokens: 10, total_tokens: 10 } } },
    },
    problem('nothing', 'an empty file fails the batch', { code: 'empty_file', line: null, param: null }),
    problem('broken', 'a line that is no JSON fails the batch, with its number', {
      code: 'invalid_json_line',
      line: 2,
      param: null,
    }),
    problem('repeated', 'a `custom_id` that is there twice fails it', {
      code: 'duplicate_custom_id',
      line: 3,
      param: 'custom_id',
    }),
    problem('models', 'two models fail it', { code: 'model_mismatch', line: 2, param: 'model' }),
    problem('strange', 'an unknown model fails it', { code: 'model_not_found', line: 1, param: 'model' }),
    problem('chat', 'another `url` than the endpoint fails it', {
      code: 'url_mismatch',
      line: 1,
      param: 'url',
    }),
    problem('nameless', 'a line without `custom_id` fails it', {
      code: 'missing_required_parameter',
      line: 1,
      param: 'custom_id',
    }),
    problem('get', 'another `method` than POST fails it', {
      code: 'invalid_value',
      line: 1,
      param: 'method',
    }),
    refused('id', 'an unknown one is 404', (world) => world.get('/batches/batch_nothing'), { status: 404 }),
    refused(
      'id',
      'that of another account is 404',
      (world) => world.get(`/batches/${idIn(world, 'good')}`, { key: world.otherKey }),
      { status: 404 },
    ),
  ],
}

interface Line {
  id: string
  custom_id: string
  response: { status_code: number; request_id: string; body: Record<string, unknown> } | null
  error: object | null
}

const linesOf = ({ text }: Answer) =>
  text
    .split('\n')
    .filter((each) => each !== '')
    .map((each) => JSON.parse(each) as Line)

const content = (name: string) => (world: World) => world.get(`/files/${idIn(world, name)}/content`)

const codesOf = (answer: Answer) =>
  linesOf(answer).map(({ custom_id: name, response }) => [
    name,
    response?.status_code,
    (response?.body as { error?: { code: string } } | undefined)?.error?.code,
  ])

export const LINES: Section = {
  title: 'The files of a batch',
  rules: [
    {
      field: 'custom_id',
      rule: 'stands with each answer, and the answers in the order of the requests',
      state: 'extended',
      why: 'the contract promises no order',
      ask: content('good.output'),
      expected: {
        status: 200,
        seen: (answer) => linesOf(answer).map((each) => each.custom_id),
        is: ['a', 'b', 'c'],
      },
    },
    {
      field: 'response',
      rule: 'is what the request would have got by itself, without warnings',
      ask: async (world) => {
        const [answer, direct] = [
          await content('good.output')(world),
          await world.post('/embeddings', JSON.parse(line('a')).body),
        ]
        const { warnings: _, ...body } = direct.body as Record<string, unknown>
        const isSame = JSON.stringify(linesOf(answer)[0]?.response?.body) === JSON.stringify(body)
        return { ...answer, headers: { same: String(isSame) } }
      },
      expected: { status: 200, headers: { same: 'true' } },
    },
    {
      field: 'encoding_format, dimensions',
      rule: 'are each request’s own',
      ask: content('good.output'),
      expected: {
        status: 200,
        seen: (answer) => {
          const body = linesOf(answer)[1]?.response?.body as { data: { embedding: string }[] } | undefined
          return Buffer.from(body?.data[0]?.embedding ?? '', 'base64').length
        },
        is: 64 * 4,
      },
    },
    {
      field: 'id, error',
      rule: 'every line has an id of its own, and no error beside the response',
      ask: content('good.output'),
      expected: {
        status: 200,
        seen: (answer) => {
          const lines = linesOf(answer)
          return [new Set(lines.map(({ id }) => id)).size, lines.every(({ error }) => error === null)]
        },
        is: [3, true],
      },
    },
    {
      rule: 'requests that failed stand in the error file, each with its status and envelope',
      ask: content('mixed.error'),
      expected: {
        status: 200,
        seen: codesOf,
        is: [
          ['empty', 400, 'invalid_value'],
          ['long', 400, 'context_length_exceeded'],
        ],
      },
    },
    {
      rule: 'and not in the output',
      ask: content('mixed.output'),
      expected: {
        status: 200,
        seen: (answer) => linesOf(answer).map((each) => each.custom_id),
        is: ['a', 'z'],
      },
    },
  ],
}

export const LIST_BATCHES: Section = {
  title: 'GET /v1/batches',
  method: 'batches.list',
  rules: [
    {
      rule: 'has the account’s batches, newest first, 20 of them',
      ask: (world) => world.get('/batches?limit=3'),
      expected: {
        status: 200,
        schema: 'batches',
        seen: ({ body }) => {
          const ids = (body as { data: Batch[] }).data.map(({ id }) => id)
          return [ids.length, JSON.stringify(ids) === JSON.stringify(ids.toSorted().toReversed())]
        },
        is: [3, true],
      },
    },
    {
      field: 'after',
      rule: 'the official client goes through all pages by itself',
      ask: (world) =>
        world.client(async (client) => {
          const ids = []
          for await (const { id } of client.batches.list({ limit: 4 })) ids.push(id)
          return { unique: new Set(ids).size === ids.length && ids.includes(idIn(world, 'good')) }
        }),
      expected: { status: 200, body: { unique: true } },
    },
    {
      rule: 'has nothing of another account',
      ask: (world) => world.get('/batches', { key: world.otherKey }),
      expected: { status: 200, schema: 'batches', body: { data: [], has_more: false } },
    },
    refused('limit', 'more than 100 are 400', (world) => world.get('/batches?limit=101')),
  ],
}

export const CANCEL_BATCH: Section = {
  title: 'POST /v1/batches/{batch_id}/cancel',
  method: 'batches.cancel',
  rules: [
    {
      rule: 'a batch that has not ended is being cancelled',
      ask: async ({ idle, waiting }) => {
        const id = await waiting()
        return idle.client((client) => client.batches.cancel(id))
      },
      expected: {
        status: 200,
        schema: 'batch',
        body: { status: 'cancelling' },
        seen: ({ body }) => typeof (body as { cancelling_at: unknown }).cancelling_at,
        is: 'number',
      },
    },
    {
      rule: 'again changes nothing',
      ask: async ({ idle, waiting }) => {
        const id = await waiting()
        await idle.send('POST', `/batches/${id}/cancel`)
        return idle.send('POST', `/batches/${id}/cancel`)
      },
      expected: { status: 200, schema: 'batch', body: { status: 'cancelling' } },
    },
    refused(
      'id',
      'a batch that has ended is 409',
      (world) => world.send('POST', `/batches/${idIn(world, 'good')}/cancel`),
      {
        status: 409,
        param: null,
      },
    ),
    refused('id', 'an unknown one is 404', (world) => world.send('POST', '/batches/batch_nothing/cancel'), {
      status: 404,
    }),
    refused(
      'id',
      'that of another account is 404',
      (world) => world.send('POST', `/batches/${idIn(world, 'good')}/cancel`, { key: world.otherKey }),
      { status: 404 },
    ),
  ],
}
