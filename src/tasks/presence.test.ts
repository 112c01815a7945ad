import { expect, test } from 'vitest'
import { REQUEST, taskRoom } from '../../test/support/taskRoom.ts'
import { createMediaTask } from './create.ts'
import { listItems } from './listItems.ts'
import { noteUnclaimed, startPresence } from './presence.ts'

test('a task whose model no process has says what it waits for, until one has it', async () => {
  const room = await taskRoom()
  const { id } = await createMediaTask(room.parts, room.account, {
    modelName: 'tiny',
    request: REQUEST,
    source: { received: await room.received('a video') },
  })
  const self = { name: 'one', kinds: ['plan'] as const, models: () => ['other@1'] }
  const one = await startPresence(room.parts, self)
  expect(await noteUnclaimed(room.parts)).toEqual([])
  room.clock.advance(15_000)
  await room.parts.store.write((db) =>
    db.updateTable('worker').set({ seen_ms: room.clock.nowMs() }).execute(),
  )
  const { id: model, revision } = room.parts.models.default
  expect(await noteUnclaimed(room.parts)).toEqual([{ kind: 'plan', model: `${model}@${revision}`, count: 1 }])
  const items = async () => (await listItems(room.parts, room.account.id, id, { limit: 10 }))?.items
  expect(await items()).toMatchObject([
    {
      kind: 'plan',
      state: 'queued',
      failures: 0,
      failure: {
        code: 'model_missing',
        message: `No server and no worker that runs now has the model ${model}@${revision}: this waits for one.`,
      },
    },
  ])
  await one.close()
  const two = await startPresence(room.parts, { ...self, models: () => [`${model}@${revision}`] })
  expect(await noteUnclaimed(room.parts)).toEqual([])
  await room.drain()
  expect((await items())?.every(({ state, failure }) => state === 'done' && !failure)).toBe(true)
  await two.close()
  expect(await room.parts.store.read.selectFrom('worker').selectAll().execute()).toEqual([])
})
