import { access } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { REQUEST, taskRoom, type TaskRoom } from '../../test/support/taskRoom.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { EncodedEmbedding } from '../domain/embedding.ts'
import type { MediaRequest } from '../domain/taskRequest.ts'
import { createAsset, deleteAsset, getAsset } from './assets.ts'
import { createMediaTask } from './create.ts'
import { expireTasks } from './expire.ts'
import { getTask } from './get.ts'
import { listTasks } from './list.ts'
import { repairTasks } from './repair.ts'
import { removeOrphanedBytes } from './storedBytes.ts'
import { sweepLeases } from './sweep.ts'
import { workOn } from './work.ts'

const order = async (room: TaskRoom, request: Partial<MediaRequest> = {}) => ({
  modelName: 'tiny',
  request: { ...REQUEST, ...request },
  source: { received: await room.received('a video') },
})

const start = async (room: TaskRoom, request: Partial<MediaRequest> = {}) =>
  (await createMediaTask(room.parts, room.account, await order(room, request))).id

const read = (room: TaskRoom, id: string) => getTask(room.parts, room.account.id, id)

async function embeddings(room: TaskRoom, id: string): Promise<EncodedEmbedding[]> {
  const all: EncodedEmbedding[] = []
  for await (const page of room.parts.results.embeddings(id)) all.push(...page)
  return all
}

const never = new AbortController().signal

test('a task is planned into slices of a minute, embedded and finished', async () => {
  const room = await taskRoom()
  const id = await start(room)
  expect(await read(room, id)).toMatchObject({ state: 'queued' })
  expect(await room.drain()).toEqual(['plan', 'slice', 'slice', 'slice', 'finish'])
  expect(await read(room, id)).toMatchObject({
    state: 'ready',
    itemCount: 3,
    doneCount: 3,
    failedCount: 0,
    durationSec: 150,
  })
  const rows = await embeddings(room, id)
  expect(rows).toHaveLength(2 * (25 + 1))
  expect(rows.at(-1)).toMatchObject({ scope: 'asset', modality: 'audio', startSec: 0, endSec: 150 })
  expect(Buffer.from(rows.at(-1)!.vectorJson).toString()).toBe('[1,0,0,0]')
})

test('a plan that was killed between its transactions goes on without writing an item twice', async () => {
  const room = await taskRoom()
  const id = await start(room)
  const first = await room.claim('worker-a')
  await room.parts.store.write((db) => db.updateTable('item').set({ lease_until_ms: 0 }).execute())
  await sweepLeases(room.parts)
  const second = await room.claim('worker-b')
  await workOn(room.parts, second!, never)
  await expect(workOn(room.parts, first!, never)).rejects.toMatchObject({ code: 'lease_lost' })
  await room.drain()
  expect(await read(room, id)).toMatchObject({ state: 'ready', itemCount: 3, doneCount: 3 })
})

test('whoever lost the lease writes no vectors', async () => {
  const room = await taskRoom()
  const id = await start(room, { scopes: ['clip'] })
  await workOn(room.parts, (await room.claim())!, never)
  const slow = (await room.claim('worker-a'))!
  room.clock.advance(20_000)
  await sweepLeases(room.parts)
  await room.drain()
  await expect(workOn(room.parts, slow, never)).rejects.toMatchObject({ code: 'lease_lost' })
  expect(await embeddings(room, id)).toHaveLength(50)
  expect(await read(room, id)).toMatchObject({ state: 'ready', embeddingCount: 50 })
})

test('each line of the subtitles goes to the slice in which its middle lies', async () => {
  const room = await taskRoom()
  room.compute.facts = { ...room.compute.facts, subtitles: [{ stream: 2, codec: 'subrip' }] }
  const line = (startSec: number, endSec: number, text: string) => ({ startSec, endSec, text })
  room.compute.readCues = async () => [
    line(0, 1, 'first'),
    line(59, 60.5, 'over the border'),
    line(60, 60.5, 'second'),
    line(149, 150, 'last'),
    line(200, 201, 'after the end'),
  ]
  const texts: string[][] = []
  room.compute.beforeSlice = ({ cues }) => void texts.push(cues.map(({ text }) => text))
  await start(room, { modalities: ['visual', 'transcription'] })
  await room.drain()
  expect(texts).toEqual([['first', 'over the border'], ['second'], ['last']])
})

test('a slice that cannot be decoded leaves a gap that is named, and the task is partial', async () => {
  const room = await taskRoom()
  room.compute.beforeSlice = (_work, index) => {
    if (index === 1) throw new EmbedlineError('media_unreadable', 'The data are damaged.')
  }
  const id = await start(room)
  await room.drain()
  const task = await read(room, id)
  expect(task).toMatchObject({ state: 'partial', failedCount: 1, doneCount: 2 })
  expect(task?.warnings).toContainEqual({
    code: 'segment_skipped',
    message: 'Nothing from 60 s to 120 s: The data are damaged.',
    startSec: 60,
    endSec: 120,
  })
})

test('media of which a stretch could not be read is partial, however it was noticed', async () => {
  const room = await taskRoom()
  const embed = room.compute.embedSlices.bind(room.compute)
  const warnings = [{ code: 'media_damaged' as const, message: 'A stretch is damaged.' }]
  room.compute.embedSlices = (work, onSlice, signal) =>
    embed(work, (result) => onSlice({ ...result, warnings }), signal)
  const id = await start(room)
  await room.drain()
  expect(await read(room, id)).toMatchObject({ state: 'partial', warnings })
})

test('what may go right next time is tried three times, with growing pauses', async () => {
  const room = await taskRoom()
  let attempts = 0
  room.compute.beforeSlice = () => {
    attempts++
    throw new EmbedlineError('decoder_stalled', 'ffmpeg made no progress.')
  }
  const id = await start(room, { endSec: 30 })
  await room.drain()
  expect(attempts).toBe(1)
  for (const pauseMs of [2_000, 8_000]) {
    room.clock.advance(pauseMs)
    await room.drain()
  }
  expect(attempts).toBe(3)
  expect(await read(room, id)).toMatchObject({ state: 'failed', failure: { code: 'decoder_stalled' } })
})

test('an item whose child died together with other work is run again alone, and that is no failure of it', async () => {
  const room = await taskRoom()
  let deaths = 0
  const aloneRuns: boolean[] = []
  const embed = room.compute.embedSlices.bind(room.compute)
  room.compute.embedSlices = (work, onSlice, signal, options) => {
    aloneRuns.push(options?.alone ?? false)
    if (deaths++ === 0)
      return Promise.reject(new EmbedlineError('child_crashed', 'It died.', { sharedChild: true }))
    return embed(work, onSlice, signal, options)
  }
  const id = await start(room, { endSec: 30 })
  await room.drain()
  expect(aloneRuns).toEqual([false, true])
  expect(await read(room, id)).toMatchObject({ state: 'ready' })
})

test('an item that was interrupted 25 times fails as interrupted', async () => {
  const room = await taskRoom()
  const id = await start(room)
  for (let death = 0; death < 25; death++) {
    await room.parts.store.write((db) => db.updateTable('item').set({ is_alone: 0 }).execute())
    expect(await room.claim()).toBeDefined()
    room.clock.advance(20_000)
    await sweepLeases(room.parts)
  }
  expect(await read(room, id)).toMatchObject({ state: 'failed', failure: { code: 'interrupted' } })
})

test('a file that cannot be sought is one item, which goes on after its last settled slice', async () => {
  const room = await taskRoom()
  room.compute.facts = { ...room.compute.facts, seeksExactly: false }
  const seen: number[] = []
  room.compute.beforeSlice = (_work, index) => {
    seen.push(index)
    if (seen.length === 2) throw new EmbedlineError('child_crashed', 'It died.')
  }
  const id = await start(room)
  await room.drain()
  room.clock.advance(3_000)
  expect(await room.drain()).toEqual(['slice', 'finish'])
  expect(seen).toEqual([0, 1, 1, 2])
  expect(await read(room, id)).toMatchObject({ state: 'ready', embeddingCount: 52 })
})

test('a task on an asset that is still looked at waits for it', async () => {
  const room = await taskRoom()
  const asset = await createAsset(room.parts, room.account, {
    received: await room.received('x'),
    filename: 'x.mp4',
  })
  expect(asset.state).toBe('processing')
  const inspect = await room.claim()
  const { id } = await createMediaTask(room.parts, room.account, {
    ...(await order(room)),
    source: { assetId: asset.id },
  })
  expect(await room.claim()).toBeUndefined()
  await workOn(room.parts, inspect!, never)
  expect(await getAsset(room.parts, room.account.id, asset.id)).toMatchObject({
    state: 'ready',
    mimeType: 'video/mp4',
  })
  expect((await room.drain()).at(-1)).toBe('finish')
  expect(await read(room, id)).toMatchObject({ state: 'ready', filename: 'x.mp4' })
})

test('an asset that is deleted before it was looked at leaves nothing behind, and a task on it goes on', async () => {
  const room = await taskRoom()
  const asset = await createAsset(room.parts, room.account, {
    received: await room.received('a video'),
    filename: 'a.mp4',
  })
  const source = { assetId: asset.id }
  const { id } = await createMediaTask(room.parts, room.account, { ...(await order(room)), source })
  expect(await deleteAsset(room.parts, room.account.id, asset.id)).toBe(true)
  expect(await room.drain()).toEqual(['plan', 'slice', 'slice', 'slice', 'finish'])
  expect(await read(room, id)).toMatchObject({ state: 'ready' })
  expect(
    await room.parts.store.read.selectFrom('item').select('kind').where('kind', '=', 'inspect').execute(),
  ).toEqual([])
})

test('when the asset turns out to be no media, the task fails with its message', async () => {
  const room = await taskRoom()
  room.compute.beforeInspect = () => {
    throw new EmbedlineError('media_unreadable', 'This is a ZIP archive.')
  }
  const asset = await createAsset(room.parts, room.account, {
    received: await room.received('x'),
    filename: 'x.mp4',
  })
  const { id } = await createMediaTask(room.parts, room.account, {
    ...(await order(room)),
    source: { assetId: asset.id },
  })
  await room.drain()
  expect(await getAsset(room.parts, room.account.id, asset.id)).toMatchObject({ state: 'failed' })
  expect(await read(room, id)).toMatchObject({
    state: 'failed',
    failure: { code: 'asset_failed', message: 'This is a ZIP archive.' },
  })
})

test('a modality that the media lacks is refused when named, and left out with a warning when it is only the default', async () => {
  const room = await taskRoom()
  const asset = await createAsset(room.parts, room.account, {
    received: await room.received('x'),
    filename: 'x.mp4',
  })
  await room.drain()
  const source = { assetId: asset.id }
  const modalities = ['visual', 'transcription'] as const
  const named = { modelName: 'tiny', source, request: { ...REQUEST, modalities, modalitiesNamed: true } }
  await expect(createMediaTask(room.parts, room.account, named)).rejects.toMatchObject({
    code: 'request_invalid',
    field: 'modalities',
  })
  const byDefault = { modelName: 'tiny', source, request: { ...REQUEST, modalities } }
  const { id } = await createMediaTask(room.parts, room.account, byDefault)
  await room.drain()
  const task = await read(room, id)
  expect(task?.state).toBe('ready')
  expect(task?.warnings).toMatchObject([{ code: 'option_unavailable', option: 'transcription' }])
})

test('a picture sent as a video is a failed task that says so', async () => {
  const room = await taskRoom()
  const { video, audio: _audio, ...rest } = room.compute.facts
  room.compute.facts = { ...rest, ...(video && { video }), container: 'png_pipe', isPicture: true }
  const id = await start(room)
  await room.drain()
  expect(await read(room, id)).toMatchObject({
    state: 'failed',
    failure: { code: 'media_has_no_stream', message: expect.stringContaining('picture') as string },
  })
})

test('an unknown, foreign or failed asset and an unknown model are refused at create, and no task is left', async () => {
  const room = await taskRoom()
  const unknown = { modelName: 'tiny', request: REQUEST, source: { assetId: 'nothing' } }
  await expect(createMediaTask(room.parts, room.account, unknown)).rejects.toMatchObject({ field: 'assetId' })
  await expect(
    createMediaTask(room.parts, room.account, { ...(await order(room)), modelName: 'other' }),
  ).rejects.toMatchObject({ code: 'model_unknown' })
  expect(await listTasks(room.parts, room.account.id, { page: 1, pageSize: 10 })).toMatchObject({ total: 0 })
})

test('equal bytes are stored once per account, and go with the last asset or task that refers to them', async () => {
  const room = await taskRoom()
  const bytes = await room.received('the same')
  const one = await createAsset(room.parts, room.account, { received: bytes, filename: 'one.mp4' })
  const two = await createAsset(room.parts, room.account, {
    received: await room.received('the same'),
    filename: 'two.mp4',
  })
  const path = room.objectPath(room.account.id, bytes.hash)
  await createMediaTask(room.parts, room.account, { ...(await order(room)), source: { assetId: one.id } })
  expect(await deleteAsset(room.parts, room.account.id, one.id)).toBe(true)
  expect(await deleteAsset(room.parts, room.account.id, two.id)).toBe(true)
  await access(path)
  await room.drain()
  await expect(access(path)).rejects.toThrow('ENOENT')
})

test('bytes that a crash left without a row are removed, those with a row stay', async () => {
  const room = await taskRoom()
  const asset = await room.received('kept')
  await createAsset(room.parts, room.account, { received: asset, filename: 'kept.mp4' })
  const orphan = await room.received('orphan')
  await room.parts.objects.keep(room.account.id, orphan)
  await removeOrphanedBytes(room.parts)
  await access(room.objectPath(room.account.id, asset.hash))
  await expect(access(room.objectPath(room.account.id, orphan.hash))).rejects.toThrow('ENOENT')
})

test('bytes that were stored with another database stay: that one may come back', async () => {
  const room = await taskRoom()
  const foreign = await room.received('of another database')
  await room.parts.objects.keep('account-of-another-database', foreign)
  await removeOrphanedBytes(room.parts)
  await access(room.objectPath('account-of-another-database', foreign.hash))
})

test('after seven days a task is gone with its vectors and its input', async () => {
  const room = await taskRoom()
  const id = await start(room)
  await room.drain()
  room.clock.advance(7 * 24 * 3_600_000)
  expect(await expireTasks(room.parts)).toBe(1)
  expect(await read(room, id)).toBeUndefined()
  expect(await embeddings(room, id)).toEqual([])
  const left = []
  for await (const each of room.parts.objects.list()) left.push(each)
  expect(left).toEqual([])
})

test('a task with nothing open and no end is ended by the janitor', async () => {
  const room = await taskRoom()
  const id = await start(room, { endSec: 30 })
  await workOn(room.parts, (await room.claim())!, never)
  await workOn(room.parts, (await room.claim())!, never)
  await room.parts.store.write((db) => db.deleteFrom('item').where('kind', '=', 'finish').execute())
  await repairTasks(room.parts)
  expect(await room.drain()).toEqual(['finish'])
  expect(await read(room, id)).toMatchObject({ state: 'ready' })
})
