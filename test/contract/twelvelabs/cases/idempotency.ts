import type { Section } from '../rule.ts'
import { idOf, TASKS, type World } from '../world.ts'

const body = (seconds = 0) =>
  JSON.stringify({
    input_type: 'video',
    video: { media_source: { base64_string: 'QUJD' }, start_sec: seconds },
  })

const send = (world: World, key: string | string[], text = body()) =>
  world.idle.send('POST', TASKS, { body: text, headers: { 'idempotency-key': key } })

const FIELD = 'Idempotency-Key'

const EXTENDED = {
  field: FIELD,
  state: 'extended',
  why: 'the contract has nothing against a second task when an answer is lost',
} as const

export const IDEMPOTENCY: Section = {
  title: 'Idempotency-Key on POST /embed-v2/tasks',
  method: 'embed.v2.tasks.create(…, { headers })',
  rules: [
    {
      ...EXTENDED,
      rule: 'the same request with the same key gets the same answer, byte for byte, and makes no second task',
      ask: async (world) => {
        const first = await send(world, 'one')
        const second = await send(world, 'one')
        return { ...second, headers: { ...second.headers, same: String(first.text === second.text) } }
      },
      expected: {
        status: 202,
        schema: 'task.json',
        headers: { same: 'true', 'idempotent-replayed': 'true' },
      },
    },
    {
      ...EXTENDED,
      rule: 'another key makes another task',
      ask: async (world) => {
        const first = await send(world, 'two')
        const second = await send(world, 'three')
        return { ...second, headers: { ...second.headers, same: String(idOf(first) === idOf(second)) } }
      },
      expected: { status: 202, headers: { same: 'false' } },
    },
    {
      ...EXTENDED,
      rule: 'the client may send it with the options of a request',
      ask: async (world) => {
        const create = () =>
          world.idle.client(({ embed }) =>
            embed.v2.tasks.create(
              {
                inputType: 'video',
                modelName: 'marengo3.0',
                video: { mediaSource: { base64String: 'QUJD' } },
              },
              { headers: { 'Idempotency-Key': 'by-client' } },
            ),
          )
        await create()
        return create()
      },
      expected: { status: 202, headers: { 'idempotent-replayed': 'true' } },
    },
    {
      ...EXTENDED,
      rule: 'the same key with another body is 422 `idempotency_key_reused`',
      ask: async (world) => {
        await send(world, 'four')
        return send(world, 'four', body(1))
      },
      expected: { status: 422, code: 'idempotency_key_reused' },
    },
    {
      ...EXTENDED,
      rule: 'the key of another account is another key',
      ask: async (world) => {
        await send(world, 'five')
        return world.idle.send('POST', TASKS, {
          body: body(),
          headers: { 'idempotency-key': 'five' },
          key: 'key-of-two',
        })
      },
      expected: { status: 202, headers: { 'idempotent-replayed': undefined } },
    },
    {
      ...EXTENDED,
      rule: 'what was refused takes no key',
      ask: async (world) => {
        await send(world, 'six', '{}')
        return send(world, 'six')
      },
      expected: { status: 202 },
    },
    ...(
      [
        ['empty', ''],
        ['with a space', 'a b'],
        ['of 256 characters', 'a'.repeat(256)],
        ['there twice', ['a', 'b']],
      ] as const
    ).map(([rule, key]) => ({
      ...EXTENDED,
      rule: `${rule} is 400`,
      ask: (world: World) => send(world, typeof key === 'string' ? key : [...key]),
      expected: { status: 400, code: 'parameter_invalid' },
    })),
  ],
}
