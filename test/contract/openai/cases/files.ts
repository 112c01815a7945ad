import { createHash } from 'node:crypto'
import { toFile } from 'openai'
import type { Section } from '../rule.ts'
import { idIn, line, type World } from '../world.ts'
import { refused } from './refused.ts'

const HOUR_SEC = 3600

const file = (content = line('a'), name = 'requests.jsonl') => new File([content], name)

const upload =
  (fields: Readonly<Record<string, string | File>> = {}) =>
  (world: World) =>
    world.form('/files', { purpose: 'batch', file: file(), ...fields })

export const CREATE_FILE: Section = {
  title: 'POST /v1/files',
  method: 'files.create',
  rules: [
    {
      rule: 'a file is stored, and known by its id',
      ask: upload(),
      expected: {
        status: 200,
        schema: 'file',
        body: { filename: 'requests.jsonl', purpose: 'batch', bytes: line('a').length, status: 'processed' },
      },
    },
    {
      rule: 'the official client sends one',
      ask: (world) =>
        world.client(async (client) =>
          client.files.create({ purpose: 'batch', file: await toFile(Buffer.from(line('a')), 'mine.jsonl') }),
        ),
      expected: { status: 200, schema: 'file', body: { filename: 'mine.jsonl' } },
    },
    {
      rule: 'an empty file is stored: what is wrong with it is found by its batch',
      ask: upload({ file: file('') }),
      expected: { status: 200, schema: 'file', body: { bytes: 0 } },
    },
    {
      field: 'expires_after',
      rule: 'says how long it is kept, an hour to 30 days',
      ask: (world) =>
        world.client((client) =>
          client.files.create({
            purpose: 'batch',
            file: file(),
            expires_after: { anchor: 'created_at', seconds: HOUR_SEC },
          }),
        ),
      expected: {
        status: 200,
        seen: ({ body }) => {
          const { created_at: created, expires_at: expires } = body as {
            created_at: number
            expires_at: number
          }
          return expires - created
        },
        is: HOUR_SEC,
      },
    },
    {
      field: 'expires_at',
      rule: 'is seven days later when nothing is said',
      state: 'differs',
      why: 'files are kept as long as everything else (`EMBEDLINE_RETENTION`), not 30 days',
      ask: upload(),
      expected: {
        status: 200,
        seen: ({ body }) => {
          const { created_at: created, expires_at: expires } = body as {
            created_at: number
            expires_at: number
          }
          return expires - created
        },
        is: 7 * 24 * HOUR_SEC,
      },
    },
    refused('purpose', 'missing is 400', (world) => world.form('/files', { file: file() }), {
      code: 'missing_required_parameter',
    }),
    refused('purpose', 'another one than `batch` is 400', upload({ purpose: 'assistants' }), {
      state: 'differs',
      why: 'nothing else here would use such a file',
    }),
    refused('file', 'missing is 400', (world) => world.form('/files', { purpose: 'batch' })),
    refused(
      'expires_after.seconds',
      'fewer than an hour are 400',
      upload({ 'expires_after[anchor]': 'created_at', 'expires_after[seconds]': '60' }),
    ),
    {
      rule: 'a body that is no form is 400',
      ask: (world) => world.post('/files', { purpose: 'batch' }),
      expected: { status: 400, schema: 'error' },
    },
  ],
}

const idsOf = ({ body }: { body: unknown }) => (body as { data: { id: string }[] }).data.map(({ id }) => id)

export const LIST_FILES: Section = {
  title: 'GET /v1/files',
  method: 'files.list',
  rules: [
    {
      rule: 'has the account’s files, newest first',
      ask: (world) => world.get('/files'),
      expected: {
        status: 200,
        schema: 'files',
        seen: (answer) => {
          const ids = idsOf(answer)
          return ids.length > 12 && JSON.stringify(ids) === JSON.stringify(ids.toSorted().toReversed())
        },
        is: true,
      },
    },
    {
      field: 'purpose',
      rule: 'leaves only those of that purpose',
      ask: (world) => world.get('/files?purpose=batch_output&limit=2'),
      expected: {
        status: 200,
        schema: 'files',
        body: { data: [{ purpose: 'batch_output' }, { purpose: 'batch_output' }], has_more: true },
      },
    },
    {
      field: 'purpose',
      rule: 'that no file has gets none',
      ask: (world) => world.get('/files?purpose=vision'),
      expected: { status: 200, schema: 'files', body: { data: [], has_more: false, first_id: null } },
    },
    {
      field: 'order',
      rule: '`asc` is oldest first',
      ask: (world) => world.get('/files?order=asc&limit=1'),
      expected: {
        status: 200,
        seen: (answer, world) => idsOf(answer)[0] === idIn(world, 'good.file'),
        is: true,
      },
    },
    {
      field: 'after',
      rule: 'goes on after a file, also after one that was deleted',
      ask: async (world) => {
        const [first] = idsOf(await world.get('/files?limit=1'))
        const { body } = await upload()(world)
        const { id } = body as { id: string }
        await world.send('DELETE', `/files/${id}`)
        const answer = await world.get(`/files?limit=1&after=${id}`)
        return { ...answer, headers: { next: String(idsOf(answer)[0] === first) } }
      },
      expected: { status: 200, headers: { next: 'true' } },
    },
    {
      rule: 'the official client goes through all pages by itself',
      ask: (world) =>
        world.client(async (client) => {
          const ids = []
          for await (const { id } of client.files.list({ limit: 5, purpose: 'batch' })) ids.push(id)
          return { unique: new Set(ids).size === ids.length && ids.length > 10 }
        }),
      expected: { status: 200, body: { unique: true } },
    },
    refused('limit', 'zero is 400', (world) => world.get('/files?limit=0')),
    refused('limit', 'more than 10,000 are 400', (world) => world.get('/files?limit=10001')),
    refused('order', 'another one is 400', (world) => world.get('/files?order=up')),
  ],
}

export const RETRIEVE_FILE: Section = {
  title: 'GET /v1/files/{file_id}',
  method: 'files.retrieve',
  rules: [
    {
      rule: 'has what the create answered',
      ask: (world) => world.get(`/files/${idIn(world, 'good.file')}`),
      expected: { status: 200, schema: 'file', body: { purpose: 'batch' } },
    },
    {
      rule: 'what a batch has made has its own purpose and name',
      ask: (world) => world.client((client) => client.files.retrieve(idIn(world, 'good.output'))),
      expected: {
        status: 200,
        schema: 'file',
        seen: ({ body }, world) => {
          const { purpose, filename } = body as { purpose: string; filename: string }
          return [purpose, filename === `${idIn(world, 'good')}_output.jsonl`]
        },
        is: ['batch_output', true],
      },
    },
    refused('id', 'an unknown one is 404', (world) => world.get('/files/file-nothing'), { status: 404 }),
    refused('id', 'that of a batch is 404', (world) => world.get(`/files/${idIn(world, 'good')}`), {
      status: 404,
    }),
    refused(
      'id',
      'that of another account is 404',
      (world) => world.get(`/files/${idIn(world, 'good.file')}`, { key: world.otherKey }),
      { status: 404 },
    ),
  ],
}

export const CONTENT: Section = {
  title: 'GET /v1/files/{file_id}/content',
  method: 'files.content',
  rules: [
    {
      rule: 'is the file byte by byte',
      ask: (world) => world.get(`/files/${idIn(world, 'odd.file')}/content`),
      expected: {
        status: 200,
        seen: ({ text }) => createHash('sha256').update(text).digest('hex'),
        is: createHash('sha256')
          .update(`\uFEFF${[line('a'), '', line('b')].join('\r\n')}\r\n\r\n`)
          .digest('hex'),
        headers: { 'content-type': 'application/octet-stream' },
      },
    },
    {
      rule: 'the official client reads it',
      ask: (world) =>
        world.client(async (client) => {
          const text = await (await client.files.content(idIn(world, 'good.output'))).text()
          return { lines: text.trim().split('\n').length }
        }),
      expected: { status: 200, body: { lines: 3 } },
    },
    refused('id', 'an unknown file is 404', (world) => world.get('/files/file-nothing/content'), {
      status: 404,
    }),
    refused(
      'id',
      'a file of another account is 404',
      (world) => world.get(`/files/${idIn(world, 'good.output')}/content`, { key: world.otherKey }),
      { status: 404 },
    ),
  ],
}

export const DELETE_FILE: Section = {
  title: 'DELETE /v1/files/{file_id}',
  method: 'files.delete',
  rules: [
    {
      rule: 'takes the file away, and then it is not there',
      ask: (world) =>
        world.client(async (client) => {
          const { id } = await client.files.create({ purpose: 'batch', file: file() })
          const deleted = await client.files.delete(id)
          const after = await world.get(`/files/${id}`)
          return { ...deleted, isSame: deleted.id === id, after: after.status }
        }),
      expected: { status: 200, body: { object: 'file', deleted: true, isSame: true, after: 404 } },
    },
    refused('id', 'an unknown one is 404', (world) => world.send('DELETE', '/files/file-nothing'), {
      status: 404,
    }),
    refused(
      'id',
      'that of another account is 404, and the file stays',
      (world) => world.send('DELETE', `/files/${idIn(world, 'good.file')}`, { key: world.otherKey }),
      { status: 404 },
    ),
  ],
}
