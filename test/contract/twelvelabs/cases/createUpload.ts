import { limitsNamed } from '../../../../src/domain/limits.ts'
import { givenIn } from '../ask.ts'
import type { Rule, Section } from '../rule.ts'
import { OTHER_KEY } from '../world.ts'
import { create, uploadIn } from './uploadRequest.ts'

const CREATED = { status: 201, schema: 'upload' }

const refused = (
  field: string,
  rule: string,
  change: object,
  code = 'parameter_invalid',
  names = field,
): Rule => ({
  field,
  rule: `${rule} is 400 \`${code}\``,
  ask: create(change),
  expected: { status: 400, code, names },
})

const rules: Rule[] = [
  {
    rule: 'answers 201 with the addresses of the parts, and the id that the asset will have',
    ask: create(),
    expected: {
      ...CREATED,
      body: { total_chunks: 1 },
      seen: (answer) => uploadIn(answer).upload_urls.length,
      is: 1,
    },
  },
  {
    rule: 'the client gets the same, with dates',
    ask: ({ idle }) =>
      idle.client(({ multipartUpload }) =>
        multipartUpload.create({ filename: 'clip.mp4', type: 'video', totalSize: 11 }),
      ),
    expected: {
      ...CREATED,
      seen: (answer) => (givenIn(answer) as { expiresAt: unknown }).expiresAt instanceof Date,
      is: true,
    },
  },
  {
    field: 'chunk_size',
    rule: 'is 5 MiB for a file that is not large',
    why: 'the example of the page has it',
    ask: create({ total_size: 6 * 1024 ** 2 }),
    expected: { ...CREATED, body: { chunk_size: 5_242_880, total_chunks: 2 } },
  },
  {
    field: 'expires_at',
    rule: 'is in a day, that of an address in an hour',
    ask: create(),
    expected: {
      ...CREATED,
      seen: ({ body }) => {
        const {
          expires_at: day,
          upload_urls: [first],
        } = body as { expires_at: string; upload_urls: [{ expires_at: string }] }
        return Math.round((Date.parse(day) - Date.parse(first.expires_at)) / 3_600_000)
      },
      is: 23,
    },
  },
  {
    field: 'total_size',
    rule: 'ten GiB are taken',
    why: 'one page says 4 GiB, the newest client 10',
    ask: create({ total_size: 10 * 1024 ** 3 }),
    expected: CREATED,
  },
  {
    field: 'enable_hls, enable_thumbnail, user_metadata',
    rule: 'null is the same as left out',
    ask: create({ enable_hls: null, enable_thumbnail: null, user_metadata: null }),
    expected: CREATED,
  },
  refused('filename', 'missing', { filename: undefined }, 'parameter_not_provided'),
  refused('filename', 'an empty text', { filename: '' }),
  refused('filename', '256 characters', { filename: 'a'.repeat(256) }),
  refused('type', 'a word that is none', { type: 'smell' }),
  refused('total_size', 'missing', { total_size: undefined }, 'parameter_not_provided'),
  refused('total_size', 'zero', { total_size: 0 }),
  refused('total_size', 'more than ten GiB', { total_size: 10 * 1024 ** 3 + 1 }),
  refused('total_size', 'a very large number', { total_size: 1e300 }),
  refused('total_size', 'a text', { total_size: '11' }),
  refused('total_size', 'a fraction', { total_size: 1.5 }),
  refused(
    'user_metadata',
    'lists in it',
    { user_metadata: { a: [] } },
    'parameter_invalid',
    'user_metadata.a',
  ),
  {
    rule: 'more than 500 that are not complete are 403 `usage_limit_exceeded`',
    state: 'differs',
    why: 'the pages name no bound; without one a client could promise itself the whole disk',
    ask: async ({ idle }) => {
      const post = (path: string, body: unknown) => idle.post(path, body, { key: OTHER_KEY })
      const world = { idle: { ...idle, post } }
      const { activeUploads } = limitsNamed('ours')
      const begun = await Promise.all(Array.from({ length: activeUploads }, () => create()(world)))
      const answer = await create()(world)
      const giveUp = (id: string) => idle.send('DELETE', `/assets/${id}`, { key: OTHER_KEY })
      await Promise.all(begun.map((each) => giveUp(uploadIn(each).asset_id)))
      return answer
    },
    expected: {
      status: 403,
      code: 'usage_limit_exceeded',
      body: { error: { details: { currentLimit: 500 } } },
    },
  },
  refused('color', 'an unknown key', { color: 'red' }, 'parameter_unknown'),
]

export const CREATE_UPLOAD: Section = {
  title: 'POST /assets/multipart-uploads',
  method: 'multipartUpload.create',
  rules,
}
