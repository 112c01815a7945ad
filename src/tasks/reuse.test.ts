import { expect, test } from 'vitest'
import { REQUEST, taskRoom, type TaskRoom } from '../../test/support/taskRoom.ts'
import type { EncodedEmbedding } from '../domain/embedding.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { Account } from '../domain/task.ts'
import type { TaskRequest } from '../domain/taskRequest.ts'
import { createAsset } from './assets.ts'
import { createMediaTask } from './create.ts'
import { expireTasks } from './expire.ts'
import { getTask } from './get.ts'
import { rerunTask } from './rerun.ts'
import { sweepLeases } from './sweep.ts'
import { workOn } from './work.ts'

interface Wanted {
  content?: string
  request?: Partial<TaskRequest>
  account?: Account
  mayReuse?: boolean
  modelName?: string
}

async function reusingRoom(): Promise<TaskRoom> {
  const room = await taskRoom()
  room.parts.mayReuse = true
  return room
}

async function start(
  room: TaskRoom,
  { content = 'a video', account = room.account, ...wanted }: Wanted = {},
) {
  const { id } = await createMediaTask(room.parts, account, {
    modelName: wanted.modelName ?? 'tiny',
    request: { ...REQUEST, ...wanted.request } as TaskRequest,
    source: { received: await room.received(content) },
    ...(wanted.mayReuse !== undefined && { mayReuse: wanted.mayReuse }),
  })
  return id
}

async function embed(room: TaskRoom, wanted: Wanted = {}) {
  const id = await start(room, wanted)
  const kinds = await room.drain()
  return { id, kinds, task: (await getTask(room.parts, (wanted.account ?? room.account).id, id))! }
}

async function vectors(room: TaskRoom, id: string) {
  const all: unknown[] = []
  for await (const page of room.parts.results.embeddings(id)) all.push(...page.map(readable))
  return all
}

const readable = ({ vectorJson, ...place }: EncodedEmbedding) => ({
  ...place,
  vector: Buffer.from(vectorJson).toString(),
})

const EMBEDDED = ['plan', 'slice', 'slice', 'slice', 'finish']
const REUSED = ['plan', 'finish']

test('equal bytes, settings and model are answered from stored vectors, and the answer says from which task', async () => {
  const room = await reusingRoom()
  const first = await embed(room)
  expect(first.kinds).toEqual(EMBEDDED)
  expect(first.task).not.toHaveProperty('reusedFrom')
  const second = await embed(room)
  expect(second.kinds).toEqual(REUSED)
  expect(second.task).toMatchObject({
    state: 'ready',
    reusedFrom: first.id,
    embeddingCount: first.task.embeddingCount,
    durationSec: 150,
    progress: { fraction: 1, media: { totalSec: 150, doneSec: 150 } },
  })
  expect(second.task.warnings).toEqual(first.task.warnings)
  expect(await vectors(room, second.id)).toEqual(await vectors(room, first.id))
})

test('the name of the file and the word for the model do not matter', async () => {
  const room = await reusingRoom()
  await embed(room)
  expect((await embed(room, { modelName: 'alias' })).kinds).toEqual(REUSED)
})

test.for([
  ['bytes that are others', { content: 'another video' }],
  ['settings that are others', { request: { startSec: 6 } }],
  ['tasks whose request says no', { mayReuse: false }],
] as const)('%s are embedded anew', async ([, wanted]) => {
  const room = await reusingRoom()
  await embed(room)
  const { kinds, task } = await embed(room, wanted)
  expect(kinds).toContain('slice')
  expect(task).not.toHaveProperty('reusedFrom')
})

test('a server that is set to embed everything does so, unless a request says otherwise', async () => {
  const room = await reusingRoom()
  await embed(room)
  room.parts.mayReuse = false
  expect((await embed(room)).kinds).toEqual(EMBEDDED)
  expect((await embed(room, { mayReuse: true })).kinds).toEqual(REUSED)
})

test('another revision of the model, or another precision, embeds anew', async () => {
  const room = await reusingRoom()
  const { models } = room.parts
  const [tiny] = models.all
  await embed(room)
  for (const change of [{ revision: '2' }, { precision: 'q4' }]) {
    const other = { ...tiny!, ...change }
    room.parts.models = { ...models, resolve: () => other, facts: () => other }
    expect((await embed(room)).kinds).toEqual(EMBEDDED)
    expect((await embed(room)).kinds).toEqual(REUSED)
  }
})

test('what another account has embedded stays its own', async () => {
  const room = await reusingRoom()
  await embed(room)
  expect((await embed(room, { account: room.otherAccount })).kinds).toEqual(EMBEDDED)
})

test('a task that is only partial is not taken from', async () => {
  const room = await reusingRoom()
  room.compute.beforeSlice = (_work, index) => {
    if (index === 1) throw new EmbedlineError('media_unreadable', 'The data are damaged.')
  }
  expect((await embed(room)).task.state).toBe('partial')
  room.compute.beforeSlice = () => {}
  expect((await embed(room)).kinds).toEqual(EMBEDDED)
})

test('a task that is run again with the same model is embedded anew', async () => {
  const room = await reusingRoom()
  const { id } = await embed(room)
  await rerunTask(room.parts, room.account, id)
  expect(await room.drain()).toEqual(EMBEDDED)
})

test('pictures and documents are taken from earlier tasks too, with the tokens that they have', async () => {
  const room = await reusingRoom()
  room.compute.facts = { ...room.compute.facts, isPicture: false, document: { type: 'text' } }
  const request = { input: 'document', modalities: ['text'], scopes: ['asset'] } as const
  const first = await embed(room, { request })
  const second = await embed(room, { request })
  expect(second).toMatchObject({ kinds: REUSED, task: { state: 'ready', reusedFrom: first.id } })
  expect(second.task.textTokens).toBe(first.task.textTokens)
  room.compute.facts = { ...room.compute.facts, isPicture: true }
  const picture = { input: 'image', modalities: ['visual'], scopes: ['asset'] } as const
  expect((await embed(room, { request: picture })).kinds).toEqual(['plan', 'part', 'finish'])
  expect((await embed(room, { request: picture })).kinds).toEqual(REUSED)
})

test('subtitles beside the media count: with others the words are embedded anew', async () => {
  const room = await reusingRoom()
  const { parts, account } = room
  const upload = async (content: string, filename: string, userMetadata = {}) =>
    createAsset(parts, account, { received: await room.received(content), filename, userMetadata })
  const video = await upload('a video', 'a.mp4')
  await room.drain()
  const run = async () => {
    const request = { ...REQUEST, modalities: ['visual', 'transcription'] as const }
    await createMediaTask(parts, account, { modelName: 'tiny', request, source: { assetId: video.id } })
    return room.drain()
  }
  expect(await run()).toContain('slice')
  expect(await run()).not.toContain('slice')
  room.compute.facts = { ...room.compute.facts, durationSec: 1 }
  await upload('1', 'de.srt', { transcript_of: video.id, language: 'de' })
  await room.drain()
  expect(await run()).toContain('slice')
  expect(await run()).not.toContain('slice')
})

/** More clips than one transaction copies. */
const LONG = 6000

async function manyVectors(room: TaskRoom) {
  room.compute.facts = { ...room.compute.facts, durationSec: LONG }
  return embed(room)
}

test('a copy that is killed between its transactions goes on, and has every vector once', async () => {
  const room = await reusingRoom()
  const first = await manyVectors(room)
  const id = await start(room)
  const { store } = room.parts
  const killed = new EmbedlineError('lease_lost', 'The process was killed.')
  let writes = 0
  room.parts.store = {
    ...store,
    write: (change) => (++writes > 3 ? Promise.reject(killed) : store.write(change)),
  }
  const item = (await room.claim())!
  await expect(workOn(room.parts, item, new AbortController().signal)).rejects.toBe(killed)
  room.parts.store = store
  expect((await getTask(room.parts, room.account.id, id))!.embeddingCount).toBe(750)
  room.clock.advance(20_000)
  await sweepLeases(room.parts)
  expect(await room.drain()).toEqual(REUSED)
  const task = await getTask(room.parts, room.account.id, id)
  expect(task).toMatchObject({ state: 'ready', embeddingCount: first.task.embeddingCount })
  expect(await vectors(room, id)).toEqual(await vectors(room, first.id))
})

test('when the earlier task goes while it is copied, nothing is kept of it and all is embedded', async () => {
  const room = await reusingRoom()
  const first = await manyVectors(room)
  const before = await vectors(room, first.id)
  const id = await start(room)
  const { store } = room.parts
  let writes = 0
  room.parts.store = {
    ...store,
    async write(change) {
      if (++writes === 3)
        await store.write((db) =>
          db
            .deleteFrom('embedding')
            .where('task_id', '=', first.id)
            .where('position', '>', 3_000_000)
            .execute(),
        )
      return store.write(change)
    },
  }
  const kinds = await room.drain()
  expect(kinds.filter((kind) => kind === 'slice')).toHaveLength(100)
  const task = await getTask(room.parts, room.account.id, id)
  expect(task).toMatchObject({ state: 'ready', embeddingCount: before.length })
  expect(task).not.toHaveProperty('reusedFrom')
  expect(await vectors(room, id)).toEqual(before)
})

test('vectors that were taken outlive the task that they came from', async () => {
  const room = await reusingRoom()
  const first = await embed(room)
  room.clock.advance(room.parts.retentionMs - 1)
  const second = await embed(room)
  expect(second.kinds).toEqual(REUSED)
  room.clock.advance(1)
  expect(await expireTasks(room.parts)).toBe(1)
  expect(await vectors(room, first.id)).toEqual([])
  expect(await vectors(room, second.id)).toHaveLength(second.task.embeddingCount)
  expect((await embed(room)).task.reusedFrom).toBe(second.id)
})

test('what is taken costs no minutes of media', async () => {
  const room = await reusingRoom()
  let counted = 0
  const nothing = async () => {}
  room.parts.usage = {
    countRequest: nothing,
    checkMedia: nothing,
    mediaAgainMs: async () => (counted > 0 ? room.clock.nowMs() + 1_000 : undefined),
    countMedia: async (_by, durationSec) => void (counted += durationSec),
    states: async () => [],
  }
  await embed(room)
  expect(counted).toBe(150)
  expect((await embed(room)).kinds).toEqual(REUSED)
  expect(counted).toBe(150)
})
