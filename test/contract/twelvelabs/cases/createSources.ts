import type { Answer } from '../../rule.ts'
import type { Rule } from '../rule.ts'
import { NOBODY, TASKS } from '../world.ts'
import { FEW, INVALID, MISSING, UNKNOWN, videoBody, send, taken, refused } from './createRequest.ts'

const bodyOf = ({ body }: Answer) => body as Record<string, unknown>

const SOURCE = 'video.media_source'

const source = (media_source: unknown) => videoBody({ media_source })

/** The rules on where the media come from. */
export const sources: Rule[] = [
  refused(SOURCE, 'missing', { input_type: 'video', video: {} }, { code: MISSING }),
  refused(SOURCE, 'null', source(null), { code: MISSING }),
  refused(SOURCE, 'a text', source('https://example.com/a.mp4')),
  refused(SOURCE, 'without any source', source({})),
  refused(SOURCE, 'with nothing but nulls', source({ url: null, base64_string: null, asset_id: null })),
  refused(SOURCE, 'with two sources', source({ url: 'https://example.com/a.mp4', ...FEW })),
  refused(`${SOURCE}.path`, 'an unknown key', source({ path: '/etc/passwd' }), { code: UNKNOWN }),
  taken(SOURCE, 'may have nulls beside the one source', source({ ...FEW, url: null, asset_id: null })),
  refused(`${SOURCE}.base64_string`, 'an empty text', source({ base64_string: '' })),
  refused(`${SOURCE}.base64_string`, 'a number', source({ base64_string: 7 })),
  refused(
    `${SOURCE}.base64_string`,
    'a `data:` URL',
    source({ base64_string: 'data:video/mp4;base64,QUJD' }),
    {
      why: 'the message says so: many callers have one',
    },
  ),
  refused(`${SOURCE}.base64_string`, 'the alphabet of URLs', source({ base64_string: 'QU-_' }), {
    why: 'no page says which alphabet: it is the usual one',
  }),
  refused(`${SOURCE}.base64_string`, 'what ends too early', source({ base64_string: 'QUJ' })),
  refused(`${SOURCE}.base64_string`, 'a line break', source({ base64_string: 'QU\nJD' })),
  taken(
    `${SOURCE}.base64_string`,
    'escaped characters mean what they are',
    '{"input_type":"video","video":{"media_source":{"base64_string":"QUJ\\u0044"}}}',
  ),
  refused(`${SOURCE}.asset_id`, 'an unknown one', source({ asset_id: NOBODY })),
  refused(`${SOURCE}.asset_id`, 'what is no id', source({ asset_id: '../../etc/passwd' })),
  refused(`${SOURCE}.asset_id`, 'an empty text', source({ asset_id: '' })),
  refused(`${SOURCE}.asset_id`, 'a number', source({ asset_id: 7 })),
  {
    field: `${SOURCE}.asset_id`,
    rule: 'an asset of another account is 400 `parameter_invalid`, as an unknown one',
    ask: ({ idle }) => idle.post(TASKS, source({ asset_id: idle.strange.asset })),
    expected: { status: 400, code: INVALID, names: `${SOURCE}.asset_id` },
  },
  {
    field: `${SOURCE}.asset_id`,
    rule: 'an asset that failed is 400 `parameter_invalid`',
    ask: (world) => world.post(TASKS, source({ asset_id: world.assets['broken'] })),
    expected: { status: 400, code: INVALID, names: `${SOURCE}.asset_id` },
  },
  {
    field: `${SOURCE}.asset_id`,
    rule: 'an asset of another kind, a picture for a video, is taken, and the task fails',
    state: 'differs',
    why: 'the pages ask for a check at once',
    ask: (world) => world.video({ media_source: { asset_id: world.assets['still'] } }),
    expected: { status: 200, schema: 'task.json', body: { status: 'failed' } },
  },
  {
    field: `${SOURCE}.asset_id`,
    rule: 'an asset that is still `processing` is taken, and the task waits for it',
    state: 'extended',
    why: 'the pages ask for one that is `ready`; nobody need poll here',
    ask: async ({ idle }) => {
      const { body } = await idle.form('/assets', [
        ['method', 'direct'],
        ['file', 'x', 'a.mp4'],
      ])
      return idle.post(TASKS, source({ asset_id: bodyOf({ body } as Answer)['_id'] }))
    },
    expected: { status: 202, schema: 'created' },
  },
  ...[
    ['a path', 'a.mp4', 'bad_url'],
    ['another scheme', 'ftp://example.com/a.mp4', 'bad_scheme'],
    ['a file of the server', 'file:///etc/passwd', 'bad_scheme'],
    ['a name and password', 'https://me:secret@example.com/a.mp4', 'userinfo'],
    ['an address of this machine', 'http://127.0.0.1:1/a.mp4', 'private_address'],
    ['the address of metadata in clouds', 'http://169.254.169.254/latest/meta-data/', 'private_address'],
    ['the same address as one number', 'http://2852039166/latest/meta-data/', 'private_address'],
    ['an address of IPv6', 'http://[::ffff:127.0.0.1]/a.mp4', 'private_address'],
  ].map(([words, url, reason]): Rule => ({
    field: `${SOURCE}.url`,
    rule: `${words} is 400 \`parameter_invalid\` at once, with the reason \`${reason}\``,
    why: 'what cannot be reached is a 400 by the pages; `error.details.reason` is more',
    state: 'extended',
    ask: send(source({ url })),
    expected: {
      status: 400,
      code: INVALID,
      names: `${SOURCE}.url`,
      body: { error: { details: { reason } } },
    },
  })),
  {
    field: `${SOURCE}.url`,
    rule: 'what answers 404 makes the task fail, with a message',
    state: 'differs',
    why: 'it is a 400 by the pages; here a create waits for no other server',
    ask: (world) => world.video({ media_source: { url: `${world.site}/none.mp4` } }),
    expected: { status: 200, schema: 'task.json', body: { status: 'failed', data: null } },
  },
  {
    field: `${SOURCE}.url`,
    rule: 'is fetched by the server, and told in `metadata.input_url`',
    ask: (world) => world.video({ media_source: { url: `${world.site}/video.mp4` } }),
    expected: {
      status: 200,
      schema: 'task.json',
      seen: ({ body }, { site }) =>
        (body as { metadata: { input_url: string } }).metadata.input_url.replace(site, ''),
      is: '/video.mp4',
    },
  },
]
