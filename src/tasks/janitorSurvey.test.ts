import { expect, test } from 'vitest'
import { REQUEST, taskRoom } from '../../test/support/taskRoom.ts'
import { createAsset } from './assets.ts'
import { createMediaTask } from './create.ts'
import { createFile } from './files/files.ts'
import { cleanNow } from './janitor.ts'
import { surveyJanitor } from './janitorSurvey.ts'

const HOUR_MS = 3_600_000

test('a dry run says by reason what would be removed, removes nothing, and the run removes just that', async () => {
  const room = await taskRoom()
  const parts = { ...room.parts, assetRetentionMs: 24 * HOUR_MS }
  const order = async (content: string, retentionMs?: number) => ({
    modelName: 'tiny',
    request: REQUEST,
    source: { received: await room.received(content) },
    ...(retentionMs !== undefined && { retentionMs }),
  })
  await createMediaTask(parts, room.account, await order('12345', HOUR_MS))
  await createMediaTask(parts, room.account, await order('kept', 48 * HOUR_MS))
  await createAsset(parts, room.account, { received: await room.received('an asset') })
  const file = { received: await room.received('requests'), filename: 'a.jsonl', keptMs: HOUR_MS }
  await createFile(parts, room.account, file)
  const orphan = await room.received('orphan')
  await parts.objects.keep(room.account.id, orphan)
  await room.drain()
  room.clock.advance(HOUR_MS)

  const before = await surveyJanitor(parts)
  const vectorBytes = 4 * 4
  expect(before).toMatchObject({
    expired_task: { count: 1, bytes: 52 * vectorBytes + 5 },
    expired_asset: { count: 0, bytes: 0 },
    expired_file: { count: 1, bytes: 8 },
    orphaned_bytes: { count: 1, bytes: 6 },
    old_answer: { count: 0, bytes: 0 },
  })
  expect(await surveyJanitor(parts)).toEqual(before)

  room.clock.advance(23 * HOUR_MS)
  expect((await surveyJanitor(parts)).expired_asset).toEqual({ count: 1, bytes: 8 })
  await cleanNow(parts, new AbortController().signal)
  for (const { count, bytes } of Object.values(await surveyJanitor(parts)))
    expect([count, bytes]).toEqual([0, 0])
  const left = await parts.store.read.selectFrom('task').select('id').execute()
  expect(left).toHaveLength(1)
})
