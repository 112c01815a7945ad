import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { REQUEST, taskRoom } from '../../test/support/taskRoom.ts'
import { createAsset } from './assets.ts'
import { createMediaTask } from './create.ts'
import { getAnyTask } from './getAny.ts'

test('a task of which the stored bytes are gone from the disk says so, and is not told to be damaged media', async () => {
  const room = await taskRoom()
  const received = await room.received('a video')
  const { parts, account } = room
  const asset = await createAsset(parts, account, { received, filename: 'a.mp4' })
  await room.drain()
  await rm(room.objectPath(account.id, received.hash))
  const order = { modelName: 'tiny', request: REQUEST, source: { assetId: asset.id } }
  const { id } = await createMediaTask(parts, account, order)
  await room.drain()
  expect(await getAnyTask(parts, account.id, id)).toMatchObject({
    state: 'failed',
    failure: {
      code: 'input_missing',
      message: 'The stored bytes are not on the disk any more.',
    },
  })
})
