import { createReadStream } from 'node:fs'
import type { Answer } from '../../rule.ts'
import type { Asks } from '../ask.ts'
import type { Rule, Section } from '../rule.ts'
import { create, PATH, put, report, uploadIn } from './uploadRequest.ts'
import { NOBODY, OTHER_KEY, TASKS, type World } from '../world.ts'

const SPENT = { status: 429, code: 'too_many_requests' }
const UPLOAD_SPENT = { status: 403, code: 'usage_limit_exceeded' }

/** Spends the limit first, also when a new day has just begun. */
const spent =
  (ask: (limited: Asks, world: World) => Promise<Answer>) =>
  async (world: World): Promise<Answer> => {
    while ((await world.limited.get(TASKS)).status === 200);
    return ask(world.limited, world)
  }

const withNames = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [`x-ratelimit-${name}`, true]))

const NAMES = [
  ...['limit', 'remaining', 'used', 'reset', 'dimensions'],
  ...['request-limit', 'request-remaining', 'request-used', 'request-reset'],
]

const upload = (path: string): Rule => ({
  rule: `a spent limit answers \`POST ${path}\` with 403 \`usage_limit_exceeded\``,
  state: 'differs',
  why: 'the client would send its file again after a 429, and cannot',
  ask: spent((limited) => limited.form(path, [['method', 'direct']])),
  expected: UPLOAD_SPENT,
})

/** Begins an upload, spends the limit, and ends the upload. */
async function begunBefore({ limited, idle }: World): Promise<Answer> {
  const asks: Asks = {
    ...limited,
    get: (path) => limited.get(path, { key: OTHER_KEY }),
    post: (path, body) => limited.post(path, body, { key: OTHER_KEY }),
  }
  const world = { idle: { ...idle, ...asks } }
  const upload = uploadIn(await create()(world))
  while ((await asks.get(TASKS)).status === 200);
  await asks.post(`${PATH}/${upload.upload_id}/presigned-urls`, { start: 1, count: 1 })
  await put(upload, world)
  return report(upload, world)
}

export const RATE_LIMITS: Section = {
  title: 'Rate limits, when the operator has set some',
  rules: [
    {
      rule: 'without limits there are no headers',
      ask: (world) => world.get(TASKS),
      expected: { status: 200, headers: { 'x-ratelimit-limit': undefined } },
    },
    {
      field: 'X-Ratelimit-…',
      rule: 'the older headers and the newer ones are there',
      ask: ({ limited }) => limited.get(TASKS, { key: OTHER_KEY }),
      expected: {
        status: 200,
        seen: ({ headers }) =>
          Object.fromEntries(
            NAMES.flatMap((name) =>
              `x-ratelimit-${name}` in headers ? [[`x-ratelimit-${name}`, true]] : [],
            ),
          ),
        is: withNames(NAMES),
      },
    },
    {
      field: 'X-Ratelimit-Limit',
      rule: 'is what was set',
      ask: ({ limited }) => limited.get(TASKS, { key: OTHER_KEY }),
      expected: { status: 200, headers: { 'x-ratelimit-limit': '10', 'x-ratelimit-dimensions': 'Request' } },
    },
    {
      rule: 'a spent limit is 429 `too_many_requests`, and says when to come again',
      ask: spent((limited) => limited.get(TASKS)),
      expected: {
        ...SPENT,
        body: { error: { details: { currentLimit: 10 } } },
        seen: ({ headers }) => Number(headers['retry-after']) > 0,
        is: true,
      },
    },
    {
      rule: 'a spent limit refuses creates, before anything is made',
      ask: spent((limited) => limited.post(TASKS, { input_type: 'video' })),
      expected: SPENT,
    },
    {
      rule: 'a spent limit refuses what is not there too',
      ask: spent((limited) => limited.get(`${TASKS}/${NOBODY}`)),
      expected: SPENT,
    },
    {
      rule: 'the key is looked at before the limit',
      ask: ({ limited }) => limited.get(TASKS, { key: 'no-such-key' }),
      expected: { status: 401, code: 'api_key_invalid' },
    },
    upload('/assets'),
    upload('/assets/multipart-uploads'),
    upload('/embed'),
    upload('/embed/tasks'),
    {
      rule: 'the client throws its TooManyRequestsError for a text',
      ask: spent((limited) =>
        limited.client(({ embed }) =>
          embed.v2.create(
            { inputType: 'text', modelName: 'marengo3.0', text: { inputText: 'a' } },
            { maxRetries: 0 },
          ),
        ),
      ),
      expected: { ...SPENT, error: 'TooManyRequestsError' },
    },
    {
      rule: 'the client sees why its file was not taken, and asks once',
      ask: spent((limited, { files }) =>
        limited.client(({ assets }) =>
          assets.create({ method: 'direct', file: createReadStream(files.still.path) }),
        ),
      ),
      expected: { ...UPLOAD_SPENT, headers: { requests: '1' } },
    },
    {
      rule: 'an upload in parts that was begun before goes on to its end, and its requests are not counted',
      state: 'differs',
      why: 'a large file has thousands of parts, and one that is broken off in the middle helps nobody',
      ask: begunBefore,
      expected: { status: 200, schema: 'report', body: { total_completed: 1 } },
    },
  ],
}
