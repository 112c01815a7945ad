import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { REQUEST, taskRoom, type TaskRoom } from '../../test/support/taskRoom.ts'
import { webServer, type WebServer } from '../../test/support/webServer.ts'
import { createAsset, deleteAsset, getAsset } from './assets.ts'
import { createMediaTask, type MediaSource } from './create.ts'
import { getTask } from './get.ts'
import { forgetUnfinishedFetches } from './unfinishedFetches.ts'
import { workOn } from './work.ts'

const start = async ({ parts, account }: TaskRoom, source: MediaSource) =>
  (await createMediaTask(parts, account, { modelName: 'tiny', request: REQUEST, source })).id

const task = ({ parts, account }: TaskRoom, id: string) => getTask(parts, account.id, id)

const objects = ({ parts }: TaskRoom) =>
  parts.store.read.selectFrom('object').select(['hash', 'reference_count', 'size_bytes']).execute()

const never = new AbortController().signal

const video = () => webServer((_request, response) => response.end('a video'))

test('a URL is fetched by the queue and embedded as any other input', async () => {
  const room = await taskRoom()
  const server = await video()
  const url = `${server.url}/folder/My%20clip.mp4?signature=secret`
  const id = await start(room, { url })
  expect(await task(room, id)).toMatchObject({ state: 'queued', sourceUrl: url, filename: 'My clip.mp4' })
  // The create has looked whether anybody is there, and asked for nothing.
  expect(server.seen).toEqual([])
  expect(await room.drain()).toEqual(['fetch', 'plan', 'slice', 'slice', 'slice', 'finish'])
  expect(await task(room, id)).toMatchObject({ state: 'ready', durationSec: 150 })
  const [stored] = await objects(room)
  expect(stored).toMatchObject({ reference_count: 1, size_bytes: 7 })
  expect(await readFile(room.objectPath(room.account.id, stored!.hash), 'utf8')).toBe('a video')
  expect(await room.parts.objects.unfinished()).toEqual([])
})

test('the same bytes from two places are stored once', async () => {
  const room = await taskRoom()
  const server = await video()
  for (const path of ['a', 'b']) await start(room, { url: `${server.url}/${path}` })
  await room.drain()
  expect(await objects(room)).toMatchObject([{ reference_count: 2 }])
})

test.each([
  ['ftp://example.com/a', 'fetch_refused', 'bad_scheme'],
  ['http://me:secret@example.com/a', 'fetch_refused', 'userinfo'],
  ['http://10.0.0.1/a', 'fetch_refused', 'private_address'],
  ['http://nobody.example/a', 'fetch_failed', 'unknown_name'],
  ['http://127.0.0.1:1/a', 'fetch_failed', 'connection_refused'],
  ['not a url', 'fetch_refused', 'bad_url'],
])('%s is refused at once', async (url, code, reason) => {
  const room = await taskRoom()
  await expect(start(room, { url })).rejects.toMatchObject({ code, reason, field: 'url' })
  await expect(createAsset(room.parts, room.account, { url })).rejects.toMatchObject({ reason, field: 'url' })
  expect(await room.drain()).toEqual([])
})

test('what is not there any more fails the task at once, with the reason', async () => {
  const room = await taskRoom()
  const server = await webServer((_request, response) => response.writeHead(404).end())
  const id = await start(room, { url: server.url })
  await room.drain()
  expect(await task(room, id)).toMatchObject({
    state: 'failed',
    failure: { code: 'fetch_not_found', message: `127.0.0.1:${server.port} answered 404.` },
  })
  expect(server.seen).toHaveLength(1)
  expect(await room.parts.objects.unfinished()).toEqual([])
})

test('a server in trouble is asked three times, and not before it wants to be', async () => {
  const room = await taskRoom()
  const server = await webServer((_request, response) =>
    response.writeHead(503, { 'retry-after': '120' }).end(),
  )
  const id = await start(room, { url: server.url })
  await room.drain()
  room.clock.advance(60_000)
  expect(await room.drain()).toEqual([])
  room.clock.advance(60_000)
  expect(await room.drain()).toEqual(['fetch'])
  room.clock.advance(120_000)
  await room.drain()
  expect(server.seen).toHaveLength(3)
  expect(await task(room, id)).toMatchObject({ state: 'failed', failure: { code: 'fetch_failed' } })
  await forgetUnfinishedFetches(room.parts)
  expect(await room.parts.objects.unfinished()).toEqual([])
})

const LARGE = Buffer.alloc(40 * 1024 ** 2, 'a large file, ')

/** Sends a large file with ranges, and stops in the middle of the first answer. */
function stallingServer(sendBytes: number): Promise<WebServer> {
  let isFirst = true
  return webServer((request, response) => {
    const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0])
    const rest = LARGE.subarray(from)
    response.writeHead(from > 0 ? 206 : 200, {
      etag: '"1"',
      'content-length': rest.length,
      ...(from > 0 && { 'content-range': `bytes ${from}-${LARGE.length - 1}/${LARGE.length}` }),
    })
    if (isFirst) response.write(rest.subarray(0, sendBytes))
    else response.end(rest)
    isFirst = false
  })
}

/** How much of what is being fetched lies on the disk. */
async function unfinishedBytes(room: TaskRoom): Promise<number> {
  // Objects lie under <folder>/<account>/<2 digits>/<hash>.
  const folder = join(dirname(dirname(dirname(room.objectPath('a', 'b')))), 'unfinished')
  const [name] = await readdir(folder)
  return name === undefined ? 0 : (await stat(join(folder, name))).size
}

test('stopped in the middle it goes on from there by range', async () => {
  const room = await taskRoom()
  const server = await stallingServer(1_000_000)
  const asset = await createAsset(room.parts, room.account, { url: server.url })
  const stopping = new AbortController()
  const first = (await room.claim('worker-a'))!
  const working = workOn(room.parts, first, stopping.signal)
  await expect.poll(() => unfinishedBytes(room), { interval: 5 }).toBeGreaterThan(0)
  stopping.abort()
  await expect(working).rejects.toMatchObject({ code: 'aborted' })
  await room.parts.store.write((db) =>
    db.updateTable('item').set({ state: 'queued', worker: null, lease_until_ms: null }).execute(),
  )
  expect(await room.drain()).toEqual(['fetch', 'inspect'])
  const from = Number(/\d+/.exec(server.seen[1]!.headers.range!)?.[0])
  expect(from).toBeGreaterThan(0)
  expect(from).toBeLessThanOrEqual(1_000_000)
  expect(await getAsset(room.parts, room.account.id, asset.id)).toMatchObject({
    state: 'ready',
    sizeBytes: LARGE.length,
  })
  const [stored] = await objects(room)
  const bytes = await readFile(room.objectPath(room.account.id, stored!.hash))
  expect(bytes.equals(LARGE)).toBe(true)
})

test('whoever lost its lease writes nothing, and what it left is taken over', async () => {
  const room = await taskRoom()
  const server = await stallingServer(20 * 1024 ** 2)
  await createAsset(room.parts, room.account, { url: server.url })
  const stopping = new AbortController()
  const slow = workOn(room.parts, (await room.claim('worker-a'))!, stopping.signal)
  const saved = async () =>
    (await room.parts.store.read.selectFrom('item').select('progress_json').executeTakeFirst())?.progress_json
  await expect.poll(saved, { timeout: 20_000, interval: 5 }).not.toBeNull()
  await room.parts.store.write((db) =>
    db.updateTable('item').set({ state: 'queued', worker: null, lease_until_ms: null }).execute(),
  )
  expect(await room.drain()).toEqual(['fetch', 'inspect'])
  stopping.abort()
  await Promise.allSettled([slow])
  const [stored] = await objects(room)
  const bytes = await readFile(room.objectPath(room.account.id, stored!.hash))
  expect(bytes.equals(LARGE)).toBe(true)
  expect(Number(/\d+/.exec(server.seen[1]!.headers.range!)?.[0])).toBeGreaterThanOrEqual(16 * 1024 ** 2)
})

test('a task on an asset that is still fetched waits for it, and keeps its bytes', async () => {
  const room = await taskRoom()
  const server = await video()
  const asset = await createAsset(room.parts, room.account, { url: server.url })
  const waiting = [await start(room, { assetId: asset.id }), await start(room, { assetId: asset.id })]
  const fetching = (await room.claim())!
  expect(fetching.kind).toBe('fetch')
  await workOn(room.parts, fetching, never)
  expect(await objects(room)).toMatchObject([{ reference_count: 3 }])
  await deleteAsset(room.parts, room.account.id, asset.id)
  await room.drain()
  for (const id of waiting) expect(await task(room, id)).toMatchObject({ state: 'ready' })
  expect(await objects(room)).toEqual([])
})

test('an asset that is deleted before it is fetched fails the tasks that wait for it', async () => {
  const room = await taskRoom()
  const server = await video()
  const asset = await createAsset(room.parts, room.account, { url: server.url })
  const id = await start(room, { assetId: asset.id })
  await deleteAsset(room.parts, room.account.id, asset.id)
  expect(await room.drain()).toEqual(['plan'])
  expect(await task(room, id)).toMatchObject({ state: 'failed', failure: { code: 'input_missing' } })
  expect(server.seen).toEqual([])
})

test('an asset that is deleted while it is fetched leaves nothing', async () => {
  const room = await taskRoom()
  const server = await video()
  const asset = await createAsset(room.parts, room.account, { url: server.url })
  const fetching = (await room.claim())!
  await deleteAsset(room.parts, room.account.id, asset.id)
  await expect(workOn(room.parts, fetching, never)).rejects.toMatchObject({ code: 'lease_lost' })
  await forgetUnfinishedFetches(room.parts)
  expect(await room.parts.objects.unfinished()).toEqual([])
  expect(await objects(room)).toEqual([])
  const kept = []
  for await (const each of room.parts.objects.list()) kept.push(each)
  expect(kept).toEqual([])
})

test('an asset that cannot be fetched fails, and the tasks that wait for it say why', async () => {
  const room = await taskRoom()
  const server = await webServer((_request, response) => response.writeHead(403).end())
  const asset = await createAsset(room.parts, room.account, { url: server.url })
  const id = await start(room, { assetId: asset.id })
  await room.drain()
  const message = `127.0.0.1:${server.port} answered 403.`
  expect(await getAsset(room.parts, room.account.id, asset.id)).toMatchObject({
    state: 'failed',
    failure: { code: 'fetch_refused', message },
  })
  expect(await task(room, id)).toMatchObject({ state: 'failed', failure: { code: 'asset_failed', message } })
})
