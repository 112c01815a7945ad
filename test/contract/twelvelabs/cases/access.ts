import { createHash } from 'node:crypto'
import { TwelveLabs } from 'twelvelabs-js'
import type { Rule, Section } from '../rule.ts'
import { NOBODY, TASKS } from '../world.ts'

const REFUSED = { status: 401, code: 'api_key_invalid' }

const OPERATIONS: readonly (readonly [method: string, path: string])[] = [
  ['POST', TASKS],
  ['GET', TASKS],
  ['GET', `${TASKS}/${NOBODY}`],
  ['POST', '/embed-v2'],
  ['POST', '/assets'],
  ['GET', '/assets'],
  ['GET', `/assets/${NOBODY}`],
  ['DELETE', `/assets/${NOBODY}`],
  ['PATCH', `/assets/${NOBODY}/user-metadata`],
  ['PUT', `/assets/${NOBODY}/user-metadata`],
  ['DELETE', `/assets/${NOBODY}/user-metadata`],
  ['POST', '/assets/multipart-uploads'],
  ['GET', '/assets/multipart-uploads'],
  ['GET', `/assets/multipart-uploads/${NOBODY}`],
  ['POST', `/assets/multipart-uploads/${NOBODY}`],
  ['POST', `/assets/multipart-uploads/${NOBODY}/presigned-urls`],
  ['POST', '/embed'],
  ['POST', '/embed/tasks'],
  ['GET', '/embed/tasks'],
  ['GET', `/embed/tasks/${NOBODY}`],
  ['GET', `/embed/tasks/${NOBODY}/status`],
]

const withoutKey = ([method, path]: readonly [string, string]): Rule => ({
  field: 'x-api-key',
  rule: `\`${method} ${path.replace(NOBODY, '{id}')}\` without a key is 401`,
  ask: (world) => world.idle.send(method, path, { key: null }),
  expected: REFUSED,
})

export const ACCESS: Section = {
  title: 'Access',
  rules: [
    ...OPERATIONS.map(withoutKey),
    {
      field: 'x-api-key',
      rule: 'an unknown key is 401',
      ask: (world) => world.idle.get(TASKS, { key: 'no-such-key' }),
      expected: REFUSED,
    },
    {
      field: 'x-api-key',
      rule: 'an empty key is 401',
      ask: (world) => world.idle.get(TASKS, { key: '' }),
      expected: REFUSED,
    },
    {
      field: 'x-api-key',
      rule: 'the hash of a key is no key',
      ask: (world) => world.idle.get(TASKS, { key: createHash('sha256').update('key-of-one').digest('hex') }),
      expected: REFUSED,
    },
    {
      field: 'x-api-key',
      rule: 'there twice it is 401',
      ask: (world) =>
        world.idle.get(TASKS, { key: null, headers: { 'x-api-key': ['key-of-one', 'key-of-one'] } }),
      expected: REFUSED,
    },
    {
      field: 'X-API-KEY',
      rule: 'the name of the header may be written in capital letters',
      ask: (world) => world.idle.get(TASKS, { key: null, headers: { 'X-API-KEY': 'key-of-one' } }),
      expected: { status: 200 },
    },
    {
      field: 'Authorization',
      rule: '`Bearer` alone is 401',
      why: 'the contract has no such form',
      ask: (world) => world.idle.get(TASKS, { key: null, headers: { authorization: 'Bearer key-of-one' } }),
      expected: REFUSED,
    },
    {
      rule: 'the client throws its TwelvelabsApiError with the status and the body',
      ask: (world) => world.idle.client(({ embed }) => embed.v2.tasks.list(), 'no-such-key'),
      expected: { ...REFUSED, error: 'TwelvelabsApiError' },
    },
    {
      rule: 'the client refuses to be made without a key',
      ask: (world) =>
        world.idle.client(async ({ embed }) => {
          try {
            new TwelveLabs({ apiKey: '' })
          } catch {
            return embed.v2.tasks.list({ pageLimit: 1 })
          }
          throw new Error('made')
        }),
      expected: { status: 200 },
    },
  ],
}

const notAllowed = (method: string, path: string, allow: string): Rule => ({
  rule: `\`${method} ${path.replace(NOBODY, '{id}')}\` is 405, \`Allow\` is \`${allow}\``,
  why: 'no page says so',
  ask: (world) => world.idle.send(method, path),
  expected: { status: 405, code: 'parameter_invalid', headers: { allow } },
})

const notOffered = (method: string, path: string): Rule => ({
  rule: `\`${method} ${path}\` is 404`,
  state: 'differs',
  why: 'not offered: these calls have no embedding in them',
  ask: (world) => world.idle.send(method, path),
  expected: { status: 404, code: 'resource_not_exist' },
})

export const TRANSPORT: Section = {
  title: 'Every answer',
  rules: [
    {
      field: 'X-Api-Version',
      rule: 'is `1.3`, also on what is refused',
      ask: (world) => world.idle.get(TASKS, { key: null }),
      expected: { status: 401, headers: { 'x-api-version': '1.3' } },
    },
    {
      field: 'Content-Type',
      rule: 'is JSON in UTF-8',
      ask: (world) => world.idle.get(TASKS),
      expected: { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' } },
    },
    {
      field: 'X-Request-Id',
      rule: 'is the one of the caller, if it sent a sane one',
      state: 'extended',
      why: 'it is in the log too',
      ask: (world) => world.idle.get(TASKS, { headers: { 'x-request-id': 'my-own-1' } }),
      expected: { status: 200, headers: { 'x-request-id': 'my-own-1' } },
    },
    {
      field: 'code, message, docs_url, error',
      rule: 'a refusal has both shapes that are published, the flat one and the nested one',
      state: 'extended',
      why: 'the pages have one here and the other there; either kind of reader finds its own',
      ask: (world) => world.idle.get(`${TASKS}/${NOBODY}`),
      expected: {
        status: 404,
        code: 'resource_not_exist',
        seen: ({ body }) => {
          const { message, error } = body as { message: string; error: { message: string } }
          return message === error.message && message.includes(NOBODY)
        },
        is: true,
      },
    },
    {
      field: 'message',
      rule: 'repeats what was sent only in part, when it is very long',
      ask: (world) => world.idle.get(`${TASKS}/${'a'.repeat(3000)}`),
      expected: { status: 404, seen: ({ text }) => text.length < 2000, is: true },
    },
    {
      rule: 'a path that there is not is 404',
      ask: (world) => world.idle.get('/nothing/here'),
      expected: { status: 404, code: 'resource_not_exist' },
    },
    {
      rule: 'a path in other letters is 404',
      ask: (world) => world.idle.get('/Embed-V2/tasks'),
      expected: { status: 404 },
    },
    notAllowed('PUT', TASKS, 'GET, HEAD, POST, OPTIONS'),
    notAllowed('GET', '/embed-v2', 'POST, OPTIONS'),
    notAllowed('PATCH', '/assets', 'GET, HEAD, POST, OPTIONS'),
    notAllowed('POST', `/assets/${NOBODY}`, 'GET, HEAD, DELETE, OPTIONS'),
    {
      rule: 'OPTIONS lets pages of other sites send the headers of the client',
      why: 'no page says so; the client works in browsers',
      ask: (world) =>
        world.idle.send('OPTIONS', TASKS, {
          key: null,
          headers: {
            origin: 'https://app.example.com',
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'content-type,x-api-key,x-fern-language,x-fern-runtime',
          },
        }),
      expected: {
        status: 204,
        seen: ({ headers }) =>
          ['x-api-key', 'x-fern-language', 'x-fern-runtime'].every(
            (name) =>
              headers['access-control-allow-headers'] === '*' ||
              headers['access-control-allow-headers']?.toLowerCase().includes(name),
          ),
        is: true,
      },
    },
    notOffered('GET', '/indexes'),
    notOffered('POST', '/search'),
    notOffered('POST', '/analyze'),
  ],
}
