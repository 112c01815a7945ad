import type { Answer } from '../../rule.ts'
import type { Rule, Section } from '../rule.ts'
import { idOf, type World } from '../world.ts'

const PATH = '/embeddings'
const HEADER = 'Idempotency-Key'

const BODY = { bucket_name: 'spare', document_chunk_size: 700 }

const withKey =
  (key: string | string[], body: unknown = BODY, path = PATH) =>
  (world: World): Promise<Answer> =>
    world.post(path, body, { headers: { 'idempotency-key': key } })

const malformed = (rule: string, key: string | string[]): Rule => ({
  field: HEADER,
  rule: `${rule} is 400`,
  ask: withKey(key),
  expected: { status: 400, schema: 'gateway', code: '10015' },
})

/** Asks twice and gives the second answer, with the first one's id in a header. */
async function twice(
  world: World,
  first: (world: World) => Promise<Answer>,
  second = first,
): Promise<Answer> {
  const before = await first(world)
  const after = await second(world)
  return { ...after, headers: { ...after.headers, 'first-id': idOf(before), 'first-text': before.text } }
}

const isSameId = (answer: Answer) => answer.headers['first-id'] === idOf(answer)

export const IDEMPOTENCY: Section = {
  title: 'Idempotency-Key on POST /v2/ai/embeddings',
  method: "ai.embeddings.create({…, 'Idempotency-Key'})",
  rules: [
    {
      field: HEADER,
      rule: 'the same request with the same key gets the same answer, byte for byte, also after the task has ended',
      ask: (world) =>
        twice(world, withKey('replay-1'), async () => {
          await world.embed('spare', { document_chunk_size: 700 })
          return withKey('replay-1')(world)
        }),
      expected: {
        status: 200,
        schema: 'created',
        seen: (answer) => answer.headers['first-text'] === answer.text,
        is: true,
        headers: { 'idempotent-replayed': 'true' },
      },
    },
    {
      field: HEADER,
      rule: 'the client sends it as a header, and a repetition is the same task',
      ask: async (world) => {
        const create = () =>
          world.client((client) =>
            client.ai.embeddings.create({ bucket_name: 'spare', 'Idempotency-Key': 'replay-client' }),
          )
        const first = await create()
        await world.embed('spare')
        const second = await create()
        return { ...second, headers: { 'first-id': idOf(first) } }
      },
      expected: { status: 200, schema: 'created', seen: isSameId, is: true },
    },
    {
      field: HEADER,
      rule: 'another key after the end of the task is another task',
      ask: (world) =>
        twice(world, withKey('other-1'), async () => {
          await world.embed('spare', { document_chunk_size: 700 })
          return withKey('other-2')(world)
        }),
      expected: { status: 200, seen: isSameId, is: false, headers: { 'idempotent-replayed': undefined } },
    },
    {
      field: HEADER,
      rule: "the same key with another body is 422 in the gateway's envelope",
      why: 'the shape of this answer is not published',
      ask: (world) =>
        twice(world, withKey('mismatch-1'), withKey('mismatch-1', { ...BODY, document_chunk_size: 701 })),
      expected: { status: 422, schema: 'gateway', code: '10015' },
    },
    {
      field: HEADER,
      rule: 'a body that only looks different is another body: bytes are compared',
      ask: (world) => twice(world, withKey('bytes-1'), withKey('bytes-1', `${JSON.stringify(BODY)} `)),
      expected: { status: 422, schema: 'gateway' },
    },
    {
      field: HEADER,
      rule: 'the query is compared as parameters, in any order',
      ask: (world) =>
        twice(
          world,
          withKey('query-1', BODY, `${PATH}?a=1&b=2`),
          withKey('query-1', BODY, `${PATH}?b=2&a=1`),
        ),
      expected: { status: 200, seen: isSameId, is: true, headers: { 'idempotent-replayed': 'true' } },
    },
    {
      field: HEADER,
      rule: 'another query is another request',
      ask: (world) =>
        twice(world, withKey('query-2', BODY, `${PATH}?a=1`), withKey('query-2', BODY, `${PATH}?a=2`)),
      expected: { status: 422, schema: 'gateway' },
    },
    {
      field: HEADER,
      rule: 'a request that was refused leaves nothing behind: its key can be used again',
      ask: async (world) => {
        await withKey('refused-1', { bucket_name: 'no-such-bucket' })(world)
        await withKey('refused-1', { bucket_name: 7 })(world)
        return withKey('refused-1')(world)
      },
      expected: { status: 200, schema: 'created', headers: { 'idempotent-replayed': undefined } },
    },
    {
      field: HEADER,
      rule: 'keys belong to an account: another account may use the same one',
      ask: async (world) => {
        await withKey('account-1')(world)
        return world.post(PATH, BODY, { key: 'key-of-two', headers: { 'idempotency-key': 'account-1' } })
      },
      expected: { status: 200, schema: 'created', headers: { 'idempotent-replayed': undefined } },
    },
    {
      field: HEADER,
      rule: 'of several requests at once with one key one makes the task, the others get it or 409, and repeat',
      ask: async (world) => {
        const answers = await Promise.all(Array.from({ length: 8 }, () => withKey('race-1')(world)))
        const made = answers.filter(({ status }) => status === 200)
        const [first] = made
        if (!first) throw new Error('nobody got a task')
        const statuses = new Set(answers.map(({ status }) => status))
        statuses.delete(409)
        const ids = new Set(made.map(idOf))
        return { ...first, headers: { ids: String(ids.size), statuses: [...statuses].join() } }
      },
      expected: { status: 200, headers: { ids: '1', statuses: '200' } },
    },
    {
      field: HEADER,
      rule: 'letters, digits, `-`, `_` and `:` are taken, up to 255 of them',
      state: 'extended',
      why: 'the colon is in the general page of the contract, not in that of the endpoint',
      ask: withKey(`Aa0-_:${'x'.repeat(249)}`),
      expected: { status: 200, schema: 'created' },
    },
    malformed('an empty key', ''),
    malformed('a key of 256 characters', 'x'.repeat(256)),
    malformed('a key with a space', 'two words'),
    malformed('a key with a character that is no ASCII letter', 'gr%C3%B6%C3%9Fe.'),
    malformed('two keys', ['one', 'two']),
    malformed('the same key twice', ['one', 'one']),
    {
      field: HEADER,
      rule: 'a malformed key makes the client throw its BadRequestError',
      ask: (world) =>
        world.client((client) =>
          client.ai.embeddings.create({ bucket_name: 'spare', 'Idempotency-Key': 'not sane' }),
        ),
      expected: { status: 400, error: 'BadRequestError' },
    },
    {
      field: HEADER,
      rule: 'on operations that start nothing it is ignored',
      ask: (world) => world.get(PATH, { headers: { 'idempotency-key': 'not sane' } }),
      expected: { status: 200 },
    },
  ],
}
