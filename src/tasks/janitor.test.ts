import { expect, test } from 'vitest'
import { REQUEST, taskRoom } from '../../test/support/taskRoom.ts'
import { EmbedlineError } from '../domain/errors.ts'
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

test('while the database is away the janitor warns, and goes on when it is back', async () => {
  const room = await taskRoom()
  let asked = 0
  const parts: typeof room.parts = {
    ...room.parts,
    store: {
      ...room.parts.store,
      write(change) {
        asked++
        if (asked > 1) return room.parts.store.write(change)
        throw new EmbedlineError('storage_unavailable', 'It is away.')
      },
    },
  }
  // A line of level error would fail this test.
  const janitor = startJanitor(parts)
  const askedAgain = () => {
    room.clock.advance(60_000)
    return asked
  }
  await expect.poll(askedAgain, { interval: 20, timeout: 30_000 }).toBeGreaterThan(1)
  await janitor.close()
})
