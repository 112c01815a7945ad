import { expect, test } from 'vitest'
import { REQUEST, taskRoom } from '../../test/support/taskRoom.ts'
import { createMediaTask } from './create.ts'
import { startLeaseSweep } from './sweep.ts'

const LEASE_MS = 15_000

test("a killed worker's item runs again within its lease and two seconds", async () => {
  const room = await taskRoom()
  let wakes = 0
  room.parts.wake = () => void wakes++
  await createMediaTask(room.parts, room.account, {
    modelName: 'tiny',
    request: REQUEST,
    source: { received: await room.received('a video') },
  })
  const held = await room.claim('killed')
  const sweep = startLeaseSweep(room.parts)
  wakes = 0
  room.clock.advance(LEASE_MS)
  await expect
    .poll(() => {
      // Each time it is asked no more than a second has gone by.
      room.clock.advance(100)
      return wakes
    })
    .toBe(1)
  expect(room.clock.nowMs() - (held?.leaseUntilMs ?? 0)).toBeLessThan(2_000)
  expect(await room.claim('other')).toMatchObject({ id: held?.id, attempt: 2 })
  await sweep.close()
})
