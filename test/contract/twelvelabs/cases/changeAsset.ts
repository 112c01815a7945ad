import type { Answer } from '../../rule.ts'
import { type FormField } from '../ask.ts'
import type { Rule, Section } from '../rule.ts'
import { idOf, NOBODY, OTHER_KEY, TASKS, untilDone, type World } from '../world.ts'

const PATH = '/assets'

const DIRECT: FormField = ['method', 'direct']
const FILE: FormField = ['file', 'a few bytes', 'clip.mp4']

/** A small asset of its own on the server that only takes things. */
const fresh =
  (use: (path: string, world: World) => Promise<Answer>) =>
  async (world: World): Promise<Answer> =>
    use(
      `${PATH}/${idOf(await world.idle.form(PATH, [DIRECT, FILE, ['user_metadata', '{"a":"x","b":1}']]))}`,
      world,
    )

export const DELETE_ASSET: Section = {
  title: 'DELETE /assets/{asset_id}',
  method: 'assets.delete',
  rules: [
    {
      rule: 'answers 204 without a body',
      ask: fresh((path, { idle }) => idle.send('DELETE', path)),
      expected: { status: 204, seen: ({ text }) => text, is: '' },
    },
    {
      rule: 'the client resolves',
      ask: fresh((path, { idle }) =>
        idle.client(({ assets }) => assets.delete(path.replace(`${PATH}/`, ''))),
      ),
      expected: { status: 204 },
    },
    {
      field: 'force',
      rule: 'is taken and changes nothing: no asset is in an index here',
      ask: fresh((path, { idle }) => idle.send('DELETE', `${path}?force=true`)),
      expected: { status: 204 },
    },
    {
      field: 'force',
      rule: 'a word that is none is 400',
      ask: fresh((path, { idle }) => idle.send('DELETE', `${path}?force=maybe`)),
      expected: { status: 400, code: 'parameter_invalid', names: 'force' },
    },
    {
      rule: 'afterwards the asset is 404',
      ask: fresh(async (path, { idle }) => {
        await idle.send('DELETE', path)
        return idle.get(path)
      }),
      expected: { status: 404, code: 'resource_not_exist' },
    },
    {
      rule: 'a second time is 404',
      ask: fresh(async (path, { idle }) => {
        await idle.send('DELETE', path)
        return idle.send('DELETE', path)
      }),
      expected: { status: 404, code: 'resource_not_exist' },
    },
    {
      rule: 'tasks that were created keep what they need of it',
      why: 'nothing is published on it',
      ask: async (world) => {
        const created = await world.form(PATH, [DIRECT, ['file', world.files.video.bytes, 'clip.mp4']])
        const path = `${PATH}/${idOf(created)}`
        await untilDone(() => world.get(path))
        const task = await world.post(TASKS, {
          input_type: 'video',
          video: { media_source: { asset_id: idOf(created) }, embedding_option: ['visual'] },
        })
        await world.send('DELETE', path)
        return untilDone(() => world.get(`${TASKS}/${idOf(task)}`))
      },
      expected: { status: 200, schema: 'task.json', body: { status: 'ready' } },
    },
    {
      field: 'asset_id',
      rule: 'the id of another account is 404, and deletes nothing',
      ask: async ({ idle }) => {
        const gone = await idle.send('DELETE', `${PATH}/${idle.strange.asset}`)
        const after = await idle.get(`${PATH}/${idle.strange.asset}`, { key: OTHER_KEY })
        return { ...gone, headers: { ...gone.headers, after: String(after.status) } }
      },
      expected: { status: 404, code: 'resource_not_exist', headers: { after: '200' } },
    },
    {
      rule: 'the client throws its TwelvelabsApiError for an unknown id',
      ask: (world) => world.client(({ assets }) => assets.delete(NOBODY)),
      expected: { status: 404, error: 'TwelvelabsApiError' },
    },
  ],
}

const metadataPath = (path: string) => `${path}/user-metadata`

/** Changes the metadata `{"a":"x","b":1}` and looks at what there is then. */
const changed = (method: string, user_metadata: unknown) =>
  fresh(async (path, { idle }) => {
    const answer = await idle.send(method, metadataPath(path), { body: { user_metadata } })
    if (answer.status >= 400) return answer
    const { body } = await idle.get(path)
    return { ...answer, body: { kept: (body as { user_metadata?: unknown }).user_metadata ?? null } }
  })

const changes = (
  rule: string,
  method: string,
  user_metadata: unknown,
  kept: unknown,
  more: Partial<Rule> = {},
): Rule => ({
  field: 'user_metadata',
  rule,
  ask: changed(method, user_metadata),
  expected: { status: 204, body: { kept } },
  ...more,
})

export const USER_METADATA: Section = {
  title: 'PATCH, PUT, DELETE /assets/{asset_id}/user-metadata',
  method: 'assets.updateUserMetadata, assets.replaceUserMetadata, assets.deleteUserMetadata',
  rules: [
    changes('PATCH adds and replaces keys', 'PATCH', { b: 2, c: true }, { a: 'x', b: 2, c: true }),
    changes('PATCH with null takes a key away', 'PATCH', { a: null }, { b: 1 }),
    changes('PATCH with an empty text leaves a key as it is', 'PATCH', { a: '' }, { a: 'x', b: 1 }),
    changes('PUT replaces all', 'PUT', { c: 'only' }, { c: 'only' }),
    changes('PUT of an empty object clears all', 'PUT', {}, null),
    {
      field: 'user_metadata',
      rule: 'DELETE clears all',
      ask: fresh((path, { idle }) => idle.send('DELETE', metadataPath(path))),
      expected: { status: 204, seen: ({ text }) => text, is: '' },
    },
    {
      rule: 'the client merges',
      ask: fresh((path, { idle }) =>
        idle.client(({ assets }) =>
          assets.updateUserMetadata(path.replace(`${PATH}/`, ''), { userMetadata: { take: 3 } }),
        ),
      ),
      expected: { status: 204 },
    },
    {
      rule: 'the client replaces',
      ask: fresh((path, { idle }) =>
        idle.client(({ assets }) =>
          assets.replaceUserMetadata(path.replace(`${PATH}/`, ''), { userMetadata: { take: 3 } }),
        ),
      ),
      expected: { status: 204 },
    },
    {
      rule: 'the client clears',
      ask: fresh((path, { idle }) =>
        idle.client(({ assets }) => assets.deleteUserMetadata(path.replace(`${PATH}/`, ''))),
      ),
      expected: { status: 204 },
    },
    ...(
      [
        ['a list in it', { a: [] }],
        ['an object in it', { a: {} }],
      ] as const
    ).map(([rule, user_metadata]): Rule => ({
      field: 'user_metadata',
      rule: `${rule} is 400`,
      ask: changed('PATCH', user_metadata),
      expected: { status: 400, code: 'parameter_invalid', names: 'user_metadata.a' },
    })),
    {
      field: 'user_metadata',
      rule: 'missing is 400',
      ask: fresh((path, { idle }) => idle.send('PATCH', metadataPath(path), { body: {} })),
      expected: { status: 400, code: 'parameter_not_provided', names: 'user_metadata' },
    },
    {
      field: 'asset_id',
      rule: 'an unknown one is 404',
      ask: ({ idle }) =>
        idle.send('PATCH', metadataPath(`${PATH}/${NOBODY}`), { body: { user_metadata: { a: 1 } } }),
      expected: { status: 404, code: 'resource_not_exist' },
    },
  ],
}
