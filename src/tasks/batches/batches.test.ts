import { expect, test } from 'vitest'
import {
  answersOf,
  batchNow,
  batchOf,
  keptBytes,
  requestLine,
  requestLines,
} from '../../../test/support/batches.ts'
import { taskRoom, type TaskRoom } from '../../../test/support/taskRoom.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { cancelTask } from '../cancel.ts'
import { deleteTask } from '../deleteTask.ts'
import { expireTasks } from '../expire.ts'
import { deleteFile, expireFiles, getFile, listFiles } from '../files/files.ts'
import { getAnyTask } from '../getAny.ts'
import { listAnyTasks } from '../listAny.ts'
import { rerunTask } from '../rerun.ts'
import { retryTask } from '../retryFailed.ts'
import { removeOrphanedBytes } from '../storedBytes.ts'
import { takeBackItems } from '../sweep.ts'
import { workOn } from '../work.ts'
import { cancelBatch } from './getBatch.ts'
import { stopOverdueBatches } from './stopBatch.ts'

const HOUR_MS = 3_600_000

/** Runs what is due for a worker until its item is of this kind, and returns that. */
async function claimUntil(room: TaskRoom, kind: string) {
  for (;;) {
    const item = await room.claim()
    if (!item || item.kind === kind) return item!
    await workOn(room.parts, item, new AbortController().signal)
  }
}

const work = (room: TaskRoom, item: Awaited<ReturnType<TaskRoom['claim']>>) =>
  workOn(room.parts, item!, new AbortController().signal)

const names = (answers: readonly { custom_id: string }[]) => answers.map(({ custom_id: name }) => name)

test('a batch answers its requests in the order of its file, and those that fail apart from the others', async () => {
  const room = await taskRoom()
  const lines = [
    requestLine('a'),
    requestLine('empty', { input: '' }),
    requestLine('b', { input: ['b', 'c'] }),
  ]
  const { id } = await batchOf(room, lines.join('\n'))
  expect(await room.drain()).toEqual(['check', 'lines', 'gather'])
  const batch = await batchNow(room, id)
  expect(batch).toMatchObject({ state: 'partial', requestCount: 3, doneCount: 2, failedCount: 1 })
  const done = await answersOf(room, batch.outputFileId)
  expect(done.map(({ response }) => response?.body.data.map(({ embedding }) => embedding))).toEqual([
    [[1, 0, 0, 0]],
    [
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ],
  ])
  expect(names(done)).toEqual(['a', 'b'])
  expect(await answersOf(room, batch.errorFileId)).toMatchObject([
    { custom_id: 'empty', response: { status_code: 400, body: { error: { code: 'invalid_value' } } } },
  ])
})

test('a large batch is cut into stretches, and put together again in order', async () => {
  const room = await taskRoom()
  const { id } = await batchOf(room, requestLines(300).join('\r\n'))
  expect(await room.drain()).toEqual(['check', 'lines', 'lines', 'lines', 'gather'])
  const { outputFileId, errorFileId } = await batchNow(room, id)
  expect(names(await answersOf(room, outputFileId))).toEqual(Array.from({ length: 300 }, (_, at) => `r${at}`))
  expect(errorFileId).toBeUndefined()
  // The file, the output, and nothing of what was in between.
  expect(await keptBytes(room)).toHaveLength(2)
})

test.for([
  ['no line at all', '', [{ code: 'no_requests' }]],
  ['nothing but ends of lines', '\n\r\n \n', [{ code: 'no_requests' }]],
  [
    'a line that is no JSON',
    [requestLine('a'), '{', requestLine('b')].join('\n'),
    [{ code: 'line_unreadable', line: 2 }],
  ],
  ['a name twice', [requestLine('a'), '', requestLine('a')].join('\n'), [{ code: 'name_repeated', line: 3 }]],
  [
    'another endpoint',
    JSON.stringify({ custom_id: 'a', method: 'POST', url: '/v1/chat/completions', body: { model: 'tiny' } }),
    [{ code: 'wrong_target', line: 1, field: 'url' }],
  ],
  [
    'no name',
    JSON.stringify({ method: 'POST', url: '/v1/embeddings', body: { model: 'tiny' } }),
    [{ code: 'field_missing', line: 1, field: 'custom_id' }],
  ],
  [
    'two models',
    [requestLine('a'), requestLine('b', { model: 'other' })].join('\n'),
    [{ code: 'model_differs', line: 2 }],
  ],
  ['an unknown model', requestLine('a', { model: 'other' }), [{ code: 'model_unknown', line: 1 }]],
  ['everything wrong', '{}\n[]\n1', [{ line: 1 }, { line: 2 }, { line: 3 }]],
] as const)('with %s nothing is done, and the batch says what is wrong', async ([, content, problems]) => {
  const room = await taskRoom()
  const { id } = await batchOf(room, content)
  expect(await room.drain()).toEqual(['check'])
  const batch = await batchNow(room, id)
  expect(batch).toMatchObject({ state: 'failed', doneCount: 0, problems })
  expect(batch.problems).toHaveLength(problems.length)
  expect(batch.outputFileId ?? batch.errorFileId).toBeUndefined()
})

test('more requests or texts than a batch may have are refused, and a line that is too long', async () => {
  const room = await taskRoom()
  room.parts.limits = { ...room.parts.limits, batchRequests: 2, batchTexts: 3, textBodyBytes: 500 }
  const codeOf = async (lines: readonly string[]) => {
    const { id } = await batchOf(room, lines.join('\n'))
    await room.drain()
    return (await batchNow(room, id)).problems.map(({ code, line }) => [code, line])
  }
  expect(await codeOf(requestLines(3))).toEqual([['too_many_requests', undefined]])
  expect(await codeOf([requestLine('a', { input: ['a', 'b', 'c', 'd'] })])).toEqual([
    ['too_many_texts', undefined],
  ])
  expect(await codeOf([requestLine('a'), requestLine('b'.repeat(600))])).toEqual([['line_too_long', 2]])
})

test('a worker that dies in the middle loses nothing, and what was answered is not answered again', async () => {
  const room = await taskRoom()
  const embedded: string[] = []
  room.compute.beforeBatch = (texts) => void embedded.push(...texts)
  const { id } = await batchOf(room, requestLines(300).join('\n'))
  await work(room, await claimUntil(room, 'lines'))
  // It holds the second stretch, and is gone.
  await room.claim('worker-that-dies')
  await room.parts.store.write((db) =>
    db.updateTable('item').set({ lease_until_ms: 0 }).where('state', '=', 'running').execute(),
  )
  await takeBackItems(room.parts)
  await room.drain()
  const batch = await batchNow(room, id)
  expect(batch).toMatchObject({ state: 'ready', doneCount: 300 })
  expect(names(await answersOf(room, batch.outputFileId))).toHaveLength(300)
  expect(embedded).toHaveLength(300)
})

test('a worker whose lease is lost writes nothing of a stretch', async () => {
  const room = await taskRoom()
  const { id } = await batchOf(room, requestLines(3).join('\n'))
  const item = await claimUntil(room, 'lines')
  await room.parts.store.write((db) =>
    db.updateTable('item').set({ state: 'queued', worker: null }).where('id', '=', item.id).execute(),
  )
  await expect(work(room, item)).rejects.toMatchObject({ code: 'lease_lost' })
  await room.drain()
  const batch = await batchNow(room, id)
  expect(batch).toMatchObject({ state: 'ready', doneCount: 3 })
  expect(await keptBytes(room)).toHaveLength(2)
})

test('what puts a batch together may die at any step: each file is there once', async () => {
  const room = await taskRoom()
  const { id } = await batchOf(room, [...requestLines(200), requestLine('empty', { input: '' })].join('\n'))
  const { objects } = room.parts
  const item = await claimUntil(room, 'gather')
  let kept = 0
  room.parts.objects = {
    ...objects,
    async keep(...bytes) {
      if (++kept === 2) throw new EmbedlineError('storage_unavailable', 'broken')
      return objects.keep(...bytes)
    },
    remove: async (...bytes) => {
      if (kept === 3) {
        kept++
        throw new EmbedlineError('storage_unavailable', 'broken')
      }
      return objects.remove(...bytes)
    },
  }
  await work(room, item)
  for (let attempt = 0; attempt < 2; attempt++) {
    room.clock.advance(600_000)
    await room.drain()
  }
  room.parts.objects = objects
  await removeOrphanedBytes(room.parts)
  const batch = await batchNow(room, id)
  expect(batch).toMatchObject({ state: 'partial', doneCount: 200, failedCount: 1 })
  expect(await answersOf(room, batch.outputFileId)).toHaveLength(200)
  expect(names(await answersOf(room, batch.errorFileId))).toEqual(['empty'])
  const files = await listFiles(room.parts, room.account.id, {
    limit: 10,
    order: 'asc',
    purposes: ['batch_output'],
  })
  expect(files).toHaveLength(2)
  expect(await keptBytes(room)).toHaveLength(3)
})

test('cancelled in the middle, a batch keeps what is done and names the rest', async () => {
  const room = await taskRoom()
  const { id } = await batchOf(room, requestLines(300).join('\n'))
  await work(room, await claimUntil(room, 'lines'))
  const held = await room.claim()
  expect(await cancelBatch(room.parts, room.account.id, id)).toMatchObject({
    stop: 'cancelled',
    state: 'processing',
  })
  // Again, and by whoever ends what a crash has broken off: the same.
  await cancelBatch(room.parts, room.account.id, id)
  await stopOverdueBatches(room.parts)
  await expect(work(room, held)).rejects.toMatchObject({ code: 'lease_lost' })
  expect(await room.drain()).toEqual(['gather'])
  const batch = await batchNow(room, id)
  expect(batch).toMatchObject({ state: 'cancelled', requestCount: 300, doneCount: 128, failedCount: 0 })
  expect(names(await answersOf(room, batch.outputFileId))).toHaveLength(128)
  const rest = await answersOf(room, batch.errorFileId)
  expect(rest).toHaveLength(172)
  expect(rest[0]).toMatchObject({ custom_id: 'r128', response: null, error: { code: 'batch_cancelled' } })
  await expect(cancelBatch(room.parts, room.account.id, id)).rejects.toMatchObject({ code: 'state_conflict' })
})

test('cancelled before its lines were looked at, a batch ends with nothing done', async () => {
  const room = await taskRoom()
  const { id } = await batchOf(room, requestLines(3).join('\n'))
  await cancelBatch(room.parts, room.account.id, id)
  expect(await room.drain()).toEqual(['gather'])
  expect(await batchNow(room, id)).toMatchObject({ state: 'cancelled', requestCount: 0 })
})

test('cancelled when all is done, a batch is put together as if it was not', async () => {
  const room = await taskRoom()
  const { id } = await batchOf(room, requestLines(3).join('\n'))
  await work(room, await claimUntil(room, 'lines'))
  expect(await cancelBatch(room.parts, room.account.id, id)).not.toHaveProperty('stop')
  expect(await room.drain()).toEqual(['gather'])
  expect(await batchNow(room, id)).toMatchObject({ state: 'ready', doneCount: 3 })
})

test('a batch that is not done within a day expires with what is done', async () => {
  const room = await taskRoom()
  const { id } = await batchOf(room, requestLines(200).join('\n'))
  await work(room, await claimUntil(room, 'lines'))
  room.clock.advance(24 * HOUR_MS - 1)
  await stopOverdueBatches(room.parts)
  expect((await batchNow(room, id)).stop).toBeUndefined()
  room.clock.advance(1)
  await stopOverdueBatches(room.parts)
  expect(await room.drain()).toEqual(['gather'])
  const batch = await batchNow(room, id)
  expect(batch).toMatchObject({
    state: 'failed',
    stop: 'expired',
    doneCount: 128,
    failure: { code: 'deadline_exceeded' },
  })
  expect((await answersOf(room, batch.errorFileId))[0]?.error?.code).toBe('batch_expired')
})

test('lines that cannot be embedded, whatever is tried, fail with the reason, and the others are answered', async () => {
  const room = await taskRoom()
  room.compute.beforeBatch = (texts) => {
    if (texts.includes('r0')) throw new EmbedlineError('child_crashed', 'The child died.')
  }
  const { id } = await batchOf(room, requestLines(200).join('\n'))
  for (let attempt = 0; attempt < 3; attempt++) {
    await room.drain()
    room.clock.advance(600_000)
  }
  const batch = await batchNow(room, id)
  expect(batch).toMatchObject({ state: 'partial', doneCount: 72, failedCount: 128 })
  expect(names(await answersOf(room, batch.outputFileId))[0]).toBe('r128')
  const failed = await answersOf(room, batch.errorFileId)
  expect(failed).toHaveLength(128)
  expect(failed[0]).toMatchObject({ custom_id: 'r0', response: { status_code: 500 } })
})

test('a text that only the model finds too long fails alone', async () => {
  const room = await taskRoom()
  const own = room.parts.compute
  room.parts.compute = {
    ...own,
    async embedBatch(...asked) {
      const outcomes = [...(await own.embedBatch(...asked))]
      outcomes[1] = new EmbedlineError('text_too_long', 'The text is longer than the model takes.')
      return outcomes
    },
  }
  const { id } = await batchOf(room, requestLines(3).join('\n'))
  await room.drain()
  const batch = await batchNow(room, id)
  expect(names(await answersOf(room, batch.outputFileId))).toEqual(['r0', 'r2'])
  expect(await answersOf(room, batch.errorFileId)).toMatchObject([
    {
      custom_id: 'r1',
      response: { status_code: 400, body: { error: { code: 'context_length_exceeded', param: 'input' } } },
    },
  ])
})

test('its file deleted while it runs, a batch goes on, and the bytes go when it has ended', async () => {
  const room = await taskRoom()
  const { id, inputFileId } = await batchOf(room, requestLines(200).join('\n'))
  await work(room, await claimUntil(room, 'lines'))
  expect(await deleteFile(room.parts, room.account.id, inputFileId)).toBe(true)
  expect(await getFile(room.parts, room.account.id, inputFileId)).toBeUndefined()
  await room.drain()
  expect(await batchNow(room, id)).toMatchObject({ state: 'ready', doneCount: 200 })
  // The output alone.
  expect(await keptBytes(room)).toHaveLength(1)
})

test('two batches of one file at once do not know each other', async () => {
  const room = await taskRoom()
  const one = await batchOf(room, requestLines(150).join('\n'))
  const other = await batchOf(room, requestLines(150).join('\n'))
  // Equal bytes are stored once.
  expect(await keptBytes(room)).toHaveLength(1)
  await room.drain()
  for (const { id } of [one, other])
    expect(await batchNow(room, id)).toMatchObject({ state: 'ready', doneCount: 150 })
})

test('a batch and its files go when they are kept no longer, also one that was never finished', async () => {
  const room = await taskRoom()
  const ended = await batchOf(room, requestLines(3).join('\n'))
  await room.drain()
  await batchOf(room, requestLines(200).join('\n'))
  await work(room, await claimUntil(room, 'lines'))
  room.clock.advance(7 * 24 * HOUR_MS)
  await expireFiles(room.parts)
  expect(
    await listFiles(room.parts, room.account.id, {
      limit: 9,
      order: 'asc',
      purposes: ['batch', 'batch_output'],
    }),
  ).toEqual([])
  expect(await batchNow(room, ended.id)).toMatchObject({ state: 'ready' })
  room.clock.advance(24 * HOUR_MS)
  expect(await expireTasks(room.parts)).toBe(2)
  expect(await keptBytes(room)).toEqual([])
  expect(await room.parts.store.read.selectFrom('batch').selectAll().execute()).toEqual([])
  expect(await room.parts.store.read.selectFrom('batch_stretch').selectAll().execute()).toEqual([])
})

test('a batch is a task like any other: it is listed, shown, cancelled and deleted, but not done again', async () => {
  const room = await taskRoom()
  const { id } = await batchOf(room, requestLines(200).join('\n'))
  await work(room, await claimUntil(room, 'lines'))
  const { parts, account } = room
  expect(await getAnyTask(parts, account.id, id)).toMatchObject({
    kind: 'batch',
    state: 'processing',
    progress: { items: { total: 2, done: 1 } },
  })
  expect(await listAnyTasks(parts, account.id, { limit: 10, kind: 'batch' })).toMatchObject([{ id }])
  expect(await cancelTask(parts, account.id, id)).toMatchObject({ state: 'processing' })
  await room.drain()
  expect(await cancelTask(parts, account.id, id)).toMatchObject({
    state: 'cancelled',
    failure: { code: 'cancelled' },
    progress: { fraction: 1 },
  })
  for (const again of [retryTask(parts, account.id, id), rerunTask(parts, account, id)])
    await expect(again).rejects.toMatchObject({ code: 'state_conflict' })
  expect(await deleteTask(parts, account.id, id)).toBe(true)
  expect(await getAnyTask(parts, account.id, id)).toBeUndefined()
  // Its files are files like any other.
  expect(await keptBytes(room)).toHaveLength(3)
})

test('deleted while it runs, a batch is gone with all that came of it', async () => {
  const room = await taskRoom()
  const { id, inputFileId } = await batchOf(room, requestLines(200).join('\n'))
  await work(room, await claimUntil(room, 'lines'))
  const held = await room.claim()
  expect(await deleteTask(room.parts, room.account.id, id)).toBe(true)
  // Whoever held the next stretch finds nothing to write of.
  await work(room, held)
  expect(await room.drain()).toEqual([])
  await deleteFile(room.parts, room.account.id, inputFileId)
  expect(await keptBytes(room)).toEqual([])
})
