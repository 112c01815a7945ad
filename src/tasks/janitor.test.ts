import { expect, test } from 'vitest'
import { REQUEST, taskRoom } from '../../test/support/taskRoom.ts'
import { createMediaTask } from './create.ts'
import { startJanitor } from './janitor.ts'
import { listTasks } from './list.ts'

test('however many tasks have expired, the janitor removes them all in one round', async () => {
  const room = await taskRoom()
  for (let task = 0; task < 120; task++) {
    const source = { received: await room.received('a video') }
    await createMediaTask(room.parts, room.account, { modelName: 'tiny', request: REQUEST, source })
  }
  room.clock.advance(room.parts.retentionMs)
  const janitor = startJanitor(room.parts)
  const total = async () => (await listTasks(room.parts, room.account.id, { page: 1, pageSize: 1 })).total
  await expect.poll(total, { interval: 20, timeout: 30_000 }).toBe(0)
  await janitor.close()
})
