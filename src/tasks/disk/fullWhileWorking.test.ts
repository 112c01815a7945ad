import { expect, test } from 'vitest'
import { REQUEST, taskRoom } from '../../../test/support/taskRoom.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { createMediaTask } from '../create.ts'
import { getTask } from '../get.ts'

test('work that meets a full disk waits for room however often it is tried, and nothing fails', async () => {
  const room = await taskRoom()
  let reports = 0
  room.parts.disk = { ...room.parts.disk, reportFull: () => void reports++ }
  const { id } = await createMediaTask(room.parts, room.account, {
    modelName: 'tiny',
    request: REQUEST,
    source: { received: await room.received('a video') },
  })
  room.compute.beforeSlice = () => {
    throw new EmbedlineError('disk_full', 'There is no space left.')
  }
  for (let attempt = 0; attempt < 5; attempt++) {
    await room.drain()
    room.clock.advance(60_000)
  }
  expect(reports).toBe(15)
  const items = await room.parts.store.read
    .selectFrom('item')
    .select(['state', 'failures', 'interruptions', 'error_code'])
    .where('kind', '=', 'slice')
    .execute()
  expect(items).toEqual(
    Array.from({ length: 3 }, () => ({
      state: 'queued',
      failures: 0,
      interruptions: 0,
      error_code: 'disk_full',
    })),
  )
  room.compute.beforeSlice = () => {}
  await room.drain()
  expect(await getTask(room.parts, room.account.id, id)).toMatchObject({ state: 'ready', failedCount: 0 })
})
