import { expect, test } from 'vitest'
import { taskRoom, REQUEST, type TaskRoom } from '../../test/support/taskRoom.ts'
import { openStoreAt } from '../../test/support/withDatabase.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { Move } from '../domain/moves.ts'
import { makeLogger } from '../lib/logger.ts'
import { makeMeters } from '../telemetry/meters.ts'
import { createMediaTask } from './create.ts'
import { tellMoves } from './tellMoves.ts'

/** A room whose store tells of its commits, as that of a server does. */
async function tellingRoom() {
  const room = await taskRoom()
  const lines: Record<string, unknown>[] = []
  const meters = makeMeters()
  const logger = makeLogger({
    write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    clock: room.clock,
    level: 'debug',
  })
  const moves: Move[] = []
  const store = await openStoreAt(room.location, room.clock)
  store.onCommit((commit) => {
    moves.push(...commit.moves)
    tellMoves({ logger, meters }, commit.moves)
  })
  const write: typeof store.write = (change) => store.write(change)
  room.parts.store.write = write
  return { room, lines, meters, moves, close: () => store.close() }
}

const start = async (room: TaskRoom) =>
  createMediaTask(room.parts, room.account, {
    modelName: 'tiny',
    request: REQUEST,
    source: { received: await room.received('a secret video') },
  })

const words = (lines: Record<string, unknown>[]) =>
  lines.map(({ level, message, kind }) => `${level as string}: ${message as string} ${kind as string}`)

test('each change of state is one line of the log, after its commit: tasks at info, items at debug', async () => {
  const { room, lines, meters, close } = await tellingRoom()
  const { id } = await start(room)
  await room.drain()
  expect(words(lines)).toEqual([
    'info: task queued media',
    'debug: item running plan',
    'debug: item done plan',
    'info: task processing media',
    ...Array.from({ length: 3 }, () => ['debug: item running slice', 'debug: item done slice']).flat(),
    'debug: item running finish',
    'debug: item done finish',
    'info: task ready media',
  ])
  expect(lines.at(-1)).toMatchObject({
    task: id,
    model: 'tiny',
    durationMs: 0,
    items: 3,
    done: 3,
    failed: 0,
    embeddings: 52,
  })
  expect(JSON.stringify(lines)).not.toContain('secret')
  expect(
    [...meters.values()].map(({ name, labels, value }) => [name, ...Object.values(labels), value]),
  ).toEqual([
    ['embedline_tasks_created_total', 'media', 1],
    ['embedline_items_claimed_total', 'plan', 1],
    ['embedline_items_settled_total', 'plan', 'done', 1],
    ['embedline_items_claimed_total', 'slice', 3],
    ['embedline_items_settled_total', 'slice', 'done', 3],
    ['embedline_items_claimed_total', 'finish', 1],
    ['embedline_items_settled_total', 'finish', 'done', 1],
    ['embedline_tasks_ended_total', 'media', 'ready', 1],
  ])
  await close()
})

test('an attempt that goes wrong is told with its code at info, and counted', async () => {
  const { room, lines, meters, close } = await tellingRoom()
  room.compute.beforeSlice = () => {
    throw new EmbedlineError('decoder_crashed', 'The decoder crashed.')
  }
  await start(room)
  await room.drain()
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'info',
      message: 'item queued',
      kind: 'slice',
      why: 'failed',
      code: 'decoder_crashed',
      attempt: 1,
    }),
  )
  expect([...meters.values()]).toContainEqual({
    name: 'embedline_item_failures_total',
    labels: { kind: 'slice', code: 'decoder_crashed' },
    value: 3,
  })
  await close()
})

test('what a change that failed would have moved is never told', async () => {
  const { room, moves, close } = await tellingRoom()
  const { store } = room.parts
  room.parts.store = {
    ...store,
    write: (change) =>
      store.write(async (db) => {
        await change(db)
        throw new Error('undone')
      }),
  }
  await expect(start(room)).rejects.toThrow('undone')
  expect(moves).toEqual([])
  await close()
})
