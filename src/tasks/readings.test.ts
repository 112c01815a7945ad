import { expect, test } from 'vitest'
import { taskRoom, REQUEST } from '../../test/support/taskRoom.ts'
import { openResults } from '../store/reader.ts'
import { createMediaTask } from './create.ts'
import { makeTaskReadings } from './readings.ts'

test('tasks and open items are counted off the main thread, once for all who ask within seconds', async () => {
  const room = await taskRoom()
  const results = openResults(room.location)
  let counted = 0
  const readings = makeTaskReadings({
    results: { counts: (nowMs) => (counted++, results.counts(nowMs)) },
    clock: room.clock,
  })
  const create = async () =>
    createMediaTask(room.parts, room.account, {
      modelName: 'tiny',
      request: REQUEST,
      source: { received: await room.received('a video') },
    })
  await create()
  await create()
  const plan = await room.claim()
  room.clock.advance(2_500)
  const lines = async () =>
    (await readings()).map(({ name, labels, value }) => [name, ...Object.values(labels), value].join(' '))
  const expected = [
    'embedline_tasks media queued 2',
    'embedline_items plan queued 1',
    'embedline_items plan running 1',
    'embedline_queue_due_items plan 1',
    'embedline_queue_oldest_due_age_seconds plan 2.5',
  ]
  expect(plan?.kind).toBe('plan')
  expect(await Promise.all([lines(), lines(), lines()])).toEqual([expected, expected, expected])
  await create()
  expect(await lines()).toEqual(expected)
  expect(counted).toBe(1)
  room.clock.advance(5_000)
  expect((await lines())[0]).toBe('embedline_tasks media queued 3')
  await results.close()
})
