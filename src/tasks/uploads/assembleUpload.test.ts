import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { taskRoom, type TaskRoom } from '../../../test/support/taskRoom.ts'
import { contentOf, md5 } from '../../../test/support/uploads.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Objects } from '../../objects/objects.ts'
import { deleteAsset, getAsset } from '../assets.ts'
import { removeOrphanedBytes } from '../storedBytes.ts'
import { createUpload } from './createUpload.ts'
import { forgetUnwantedUploads } from './expireUploads.ts'
import { receivePart } from './receivePart.ts'
import { reportParts } from './reportParts.ts'

const CONTENT = contentOf(5000)
const HASH = createHash('sha256').update(CONTENT).digest('hex')

async function* bytesOf(bytes: Uint8Array) {
  yield bytes
}

/** An upload whose parts are all reported; returns the id of its asset. */
async function received({ parts, account }: TaskRoom): Promise<string> {
  const order = { filename: 'a.mp4', totalBytes: CONTENT.length, wantsThumbnail: false }
  const { id: uploadId, assetId } = await createUpload(parts, account, order)
  await receivePart(parts, { uploadId, number: 1 }, { bytes: bytesOf(CONTENT) })
  const reports = [{ number: 1, sizeBytes: CONTENT.length, md5: md5(CONTENT) }]
  await reportParts(parts, account, { uploadId, reports })
  return assetId
}

const broken = () => Promise.reject(new EmbedlineError('storage_unavailable', 'broken'))

/** Runs what is due until the item fails for the first time, and what the janitor does meanwhile. */
async function failOnce(room: TaskRoom, failing: Partial<Objects>): Promise<void> {
  const { objects } = room.parts
  room.parts.objects = { ...objects, ...failing }
  expect(await room.drain()).toEqual(['assemble'])
  room.parts.objects = objects
  await removeOrphanedBytes(room.parts)
  await forgetUnwantedUploads(room.parts)
  room.clock.advance(600_000)
}

test.for([
  ['before the bytes are hashed', () => ({ hashParts: broken })],
  ['before they are moved', () => ({ keepParts: broken })],
  [
    'after they were moved',
    (objects: Objects) => ({
      keepParts: async (...place: Parameters<Objects['keepParts']>) => {
        await objects.keepParts(...place)
        await broken()
      },
    }),
  ],
] as const)('what ends %s goes on, and no byte is lost', async ([, failing]) => {
  const room = await taskRoom()
  const assetId = await received(room)
  await failOnce(room, failing(room.parts.objects))
  expect(await room.drain()).toEqual(['assemble', 'inspect'])
  expect(await getAsset(room.parts, room.account.id, assetId)).toMatchObject({
    state: 'ready',
    sizeBytes: 5000,
  })
  const stored = await readFile(room.objectPath(room.account.id, HASH))
  expect(stored.equals(CONTENT)).toBe(true)
  const rows = await room.parts.store.read.selectFrom('object').selectAll().execute()
  expect(rows).toMatchObject([{ hash: HASH, reference_count: 1 }])
  expect(await room.parts.objects.unfinished()).toEqual([])
})

test('a store that is away is waited for, however long, and no byte is lost', async () => {
  const room = await taskRoom()
  const assetId = await received(room)
  const { objects } = room.parts
  const away = () =>
    Promise.reject(new EmbedlineError('storage_unavailable', 'away', { retryAfterMs: 15_000 }))
  room.parts.objects = { ...objects, hashParts: away, useFile: away }
  for (let attempts = 0; attempts < 10; attempts++) {
    expect(await room.drain()).toEqual(['assemble'])
    room.clock.advance(17_000)
  }
  room.parts.objects = { ...objects, useFile: away }
  expect(await room.drain()).toEqual(['assemble', 'inspect'])
  room.clock.advance(17_000)
  room.parts.objects = objects
  expect(await room.drain()).toEqual(['inspect'])
  expect(await getAsset(room.parts, room.account.id, assetId)).toMatchObject({ state: 'ready' })
})

test('what cannot be put together fails the asset, and its file goes', async () => {
  const room = await taskRoom()
  const assetId = await received(room)
  const [name = ''] = await room.parts.objects.unfinished()
  await room.parts.objects.forget(name)
  await room.drain()
  expect(await getAsset(room.parts, room.account.id, assetId)).toMatchObject({
    state: 'failed',
    failure: { code: 'input_missing' },
  })
  await forgetUnwantedUploads(room.parts)
  expect(await room.parts.objects.unfinished()).toEqual([])
  expect(await deleteAsset(room.parts, room.account.id, assetId)).toBe(true)
})
