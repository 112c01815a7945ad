import { formOf } from '../ask.ts'
import type { Rule } from '../rule.ts'
import { TASKS, type World } from '../world.ts'
import { INVALID, videoBody } from './createRequest.ts'

const raw =
  (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
  (world: World) =>
    world.idle.send('POST', TASKS, { body, headers })

const text = JSON.stringify(videoBody())

const notJson = (rule: string, ask: Rule['ask'], more: Partial<Rule> = {}): Rule => ({
  field: 'body',
  rule: `${rule} is 400`,
  ask,
  expected: { status: 400, code: INVALID },
  ...more,
})

const asIs = (rule: string, ask: Rule['ask'], more: Partial<Rule> = {}): Rule => ({
  field: 'body',
  rule,
  ask,
  expected: { status: 202, schema: 'created' },
  ...more,
})

/** The rules on the bytes of the body. */
export const bodies: Rule[] = [
  asIs('white space and the order of keys do not matter', raw(JSON.stringify(videoBody(), null, 7))),
  asIs('a content type of any kind is taken', raw(text, { 'content-type': 'text/plain' }), {
    state: 'extended',
    why: 'no page says what another one is answered with; the bytes say what they are',
  }),
  asIs(
    'a character set in the content type is taken',
    raw(text, { 'content-type': 'application/json; charset=utf-8' }),
  ),
  asIs('a body in chunks, without its length, is taken', raw(text, { 'transfer-encoding': 'chunked' })),
  asIs('a mark before UTF-8 is skipped', raw(`\uFEFF${text}`)),
  asIs('of a key that is there twice the last one counts', raw(`{"input_type":"smell",${text.slice(1)}`), {
    why: 'no page says so; it is what JSON readers do',
  }),
  {
    field: 'body',
    rule: 'of a key that is there twice further down the last one counts too',
    why: 'no page says so; it is what JSON readers do',
    ask: raw(
      '{"input_type":"video","video":{"start_sec":1,"media_source":{"base64_string":"QUJD"},"start_sec":-1}}',
    ),
    expected: { status: 400, code: INVALID, names: 'video.start_sec' },
  },
  notJson('nothing at all', raw('')),
  notJson('what is no JSON', raw('{"input_type":')),
  notJson('text behind the value', raw(`${text}x`)),
  notJson('a list', raw('[]')),
  notJson('null', raw('null')),
  notJson('a number', raw('7')),
  notJson('what is no UTF-8', raw(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))),
  notJson('a compressed body', raw(text, { 'content-encoding': 'gzip' })),
  notJson(
    'a form',
    raw(formOf([['input_type', 'video']]), {
      'content-type': 'multipart/form-data; boundary=a-boundary-of-the-tests',
    }),
  ),
  notJson('more than a megabyte beside the base64', raw(JSON.stringify({ a: 'x'.repeat(1_100_000) })), {
    why: 'no bound is published',
  }),
  notJson('10,000 lists in each other', raw(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)),
  {
    field: 'body',
    rule: 'all that is refused leaves no task',
    ask: async ({ idle }) => {
      const before = await idle.get(TASKS)
      await idle.post(TASKS, videoBody({ start_sec: -1 }))
      const after = await idle.get(TASKS)
      return { ...after, headers: { ...after.headers, same: String(before.text === after.text) } }
    },
    expected: { status: 200, headers: { same: 'true' } },
  },
]
