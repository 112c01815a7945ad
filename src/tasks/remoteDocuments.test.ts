import { expect, onTestFinished, test } from 'vitest'
import {
  embeddingServer,
  letterVector,
  sendJson,
  type EmbeddingServer,
} from '../../test/support/embeddingServer.ts'
import {
  bucketFiles,
  chunkRows,
  embedBucket,
  fillHandbook,
  readBucket,
  searchTexts,
  startBucket,
} from '../../test/support/handbook.ts'
import { nappingClock } from '../../test/support/nappingClock.ts'
import { taskRoom, type TaskRoom } from '../../test/support/taskRoom.ts'
import type { Clock } from '../lib/clock.ts'
import { openRemote } from '../remote/openRemote.ts'

const DIMENSION = 4
const TIMEOUT_MS = 5_000
const FAR = { modelName: 'far' }

/** A room that has a model on another server beside the one of its own. */
async function roomWithRemote(clockOf: (room: TaskRoom) => Clock = () => nappingClock(TIMEOUT_MS)) {
  const server = await embeddingServer(DIMENSION)
  const room = await taskRoom()
  const remote = openRemote({
    settings: {
      url: server.url,
      model: 'letters',
      dimension: DIMENSION,
      batchSize: 8,
      concurrency: 2,
      timeoutMs: TIMEOUT_MS,
      queryPrefix: '',
      documentPrefix: '',
    },
    clock: clockOf(room),
    logger: room.parts.logger,
    random: () => 0.5,
  })
  onTestFinished(() => remote.close())
  const { models } = room.parts
  const far = {
    id: 'far',
    revision: 'letters/4',
    precision: 'unknown',
    spaces: { text: { space: 'text', dimension: DIMENSION } },
    isLexical: false,
    isRemote: true,
  }
  room.parts.remote = remote
  room.parts.models = {
    ...models,
    resolve: (name) => (name === 'far' ? far : models.resolve(name)),
    facts: (pin) => (pin.id === 'far' ? far : models.facts(pin)),
  }
  return { room, server }
}

const items = ({ parts }: TaskRoom) =>
  parts.store.read
    .selectFrom('item')
    .select(['state', 'failures', 'error_code', 'due_ms'])
    .where('kind', '=', 'document')
    .execute()

/** Refuses texts of more characters, as servers do. */
function takeAtMost(server: EmbeddingServer, characters: number) {
  server.behave = ({ input }, response) =>
    input.some((text) => text.length > characters)
      ? sendJson(response, 413, { error: 'must have less than 10 tokens' })
      : 'fine'
}

test('chunks get the vectors of the other server, and are found by them', async () => {
  const { room, server } = await roomWithRemote()
  await fillHandbook(room)
  expect(await embedBucket(room, FAR)).toMatchObject({ state: 'ready', doneCount: 3 })
  expect((await searchTexts(room, 'ccc'))[0]).toBe('ccc')
  const { vector } = await room.parts.store.read
    .selectFrom('chunk')
    .select('vector')
    .where('text', '=', 'aab')
    .executeTakeFirstOrThrow()
  const length = Math.hypot(...letterVector('aab', DIMENSION))
  const expected = Float32Array.from(letterVector('aab', DIMENSION), (value) => value / length)
  expect(new Float32Array(Uint8Array.from(vector).buffer)).toEqual(expected)
  expect(server.seen.flatMap(({ input }) => input).toSorted()).toEqual([
    'aaa',
    'aab',
    'bbb',
    'bbc',
    'ccc',
    'ccc',
  ])
})

test('a chunk that the other server finds too long is divided, no word is lost, and it counts as what came of it', async () => {
  const { room, server } = await roomWithRemote()
  takeAtMost(server, 12)
  const words = 'one two three four five six seven eight'
  await room.put('handbook', 'a.txt', `short\n\n${words}\n\nend`)
  expect(await embedBucket(room, FAR)).toMatchObject({ state: 'ready' })
  const rows = await chunkRows(room)
  expect(rows.map(({ ordinal }) => ordinal)).toEqual(rows.map((_, at) => at))
  expect(rows.map(({ text }) => text).join(' ')).toBe(`short ${words} end`)
  expect((await bucketFiles(room))[0]?.chunkCount).toBe(rows.length)
})

test('a text that cannot be divided any more fails its file by name', async () => {
  const { room, server } = await roomWithRemote()
  takeAtMost(server, 0)
  await room.put('handbook', 'a.txt', 'a')
  expect(await embedBucket(room, FAR)).toMatchObject({ state: 'failed', failedCount: 1 })
  expect((await bucketFiles(room))[0]?.failure).toMatchObject({ code: 'text_too_long' })
})

test('what the other server refuses fails at once, and says why', async () => {
  const { room, server } = await roomWithRemote()
  server.behave = (_, response) => sendJson(response, 404, { error: { message: 'no model letters' } })
  await room.put('handbook', 'a.txt', 'a')
  expect(await embedBucket(room, FAR)).toMatchObject({ state: 'failed', failedCount: 1 })
  expect((await bucketFiles(room))[0]?.failure).toEqual({
    code: 'remote_refused',
    message: 'The server of the remote model refuses this (404): no model letters',
  })
})

test('while the other server asks to be left alone files wait unread, without a failure, and others are embedded', async () => {
  const { room, server } = await roomWithRemote(({ clock }) => clock)
  server.behave = (_, response) => sendJson(response, 429, { error: 'slow down' }, { 'retry-after': '30' })
  await fillHandbook(room)
  await room.put('other', 'x.txt', 'xxx')
  const id = await startBucket(room, FAR)
  const read: string[] = []
  room.compute.beforeParagraph = ({ name }) => void read.push(name)
  await room.drain()
  expect(read).toEqual(['a.txt'])
  expect(server.seen).toHaveLength(1)
  expect(await embedBucket(room, { bucket: 'other' })).toMatchObject({ state: 'ready', doneCount: 1 })
  expect(await readBucket(room, id)).toMatchObject({ state: 'processing', failedCount: 0 })
  const nowMs = room.clock.nowMs()
  for (const item of (await items(room)).filter(({ state }) => state === 'queued'))
    expect(item).toMatchObject({ failures: 0, error_code: 'remote_unavailable', due_ms: nowMs + 30_500 })

  for (let round = 0; round < 5; round++) {
    room.clock.advance(31_000)
    await room.drain()
  }
  expect(server.seen.length).toBeLessThan(12)
  server.behave = () => 'fine'
  room.clock.advance(61_000)
  await room.drain()
  expect(await readBucket(room, id)).toMatchObject({ state: 'ready', doneCount: 3, failedCount: 0 })
  for (const item of await items(room)) expect(item).toMatchObject({ state: 'done', error_code: null })
})

test('a text over which the other server falls each time fails its own file after three attempts, and no other', async () => {
  const { room, server } = await roomWithRemote()
  server.behave = ({ input }, response) =>
    input.includes('poison') ? sendJson(response, 500, { error: 'oops' }) : 'fine'
  await fillHandbook(room)
  await room.put('handbook', 'p.txt', 'poison')
  const id = await startBucket(room, FAR)
  for (let round = 0; round < 4; round++) {
    await room.drain()
    room.clock.advance(60_000)
  }
  expect(await readBucket(room, id)).toMatchObject({ state: 'partial', doneCount: 3, failedCount: 1 })
  const failed = (await bucketFiles(room)).find(({ key }) => key === 'p.txt')
  expect(failed?.failure).toEqual({
    code: 'remote_unavailable',
    message: 'The server of the remote model does not embed this text, but others: it answers 500: oops.',
  })
})
