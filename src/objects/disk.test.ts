import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { objectsContract } from '../../test/contract/objects.ts'
import { openDiskObjects } from './disk.ts'
import { asStorageFailure } from '../domain/storageFailure.ts'

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'embedline-objects-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

objectsContract(() => openDiskObjects({ folder }))

test('what a crash left half received is gone after the next start, what was kept is still there', async () => {
  const before = await openDiskObjects({ folder })
  const kept = await before.receive(10)
  await kept.write(Buffer.from('kept'))
  await before.keep('a', await kept.finish())
  const lost = await before.receive(10)
  await lost.write(Buffer.from('lost'))
  await lost.finish()

  const after = await openDiskObjects({ folder })
  expect(await readdir(join(folder, 'incoming'))).toEqual([])
  let keptCount = 0
  for await (const _ of after.list()) keptCount++
  expect(keptCount).toBe(1)
})

test('what was left to go on is there after the next start, also after a crash', async () => {
  const before = await openDiskObjects({ folder })
  const upload = await before.resume('long', { limitBytes: 10, keepBytes: 0 })
  await upload.write(Buffer.from('half'))
  await upload.flush()

  const after = await openDiskObjects({ folder })
  const going = await after.resume('long', { limitBytes: 10, keepBytes: 4 })
  expect(going.sizeBytes).toBe(4)
  await going.abandon()
  expect(await readdir(join(folder, 'unfinished'))).toEqual([])
  await before.close()
})

test('closing abandons what is still coming in', async () => {
  const objects = await openDiskObjects({ folder })
  const upload = await objects.receive(10)
  await upload.write(Buffer.from('half'))
  await objects.close()
  expect(await readdir(join(folder, 'incoming'))).toEqual([])
})

test('some of the disk stays free: uploads are refused before the database has no space left', async () => {
  // As much as a disk can have: less than that is free, also of the share that counts on a small one.
  const objects = await openDiskObjects({ folder, reservedBytes: Infinity, reservedShare: 1 })
  const small = await objects.receive(10)
  await small.write(Buffer.from('small'))
  await expect(objects.keep('a', await small.finish())).rejects.toMatchObject({ code: 'disk_full' })
  await small.abandon()

  await expect(objects.openPart('parts', { number: 1, offset: 0, sizeBytes: 1 })).rejects.toMatchObject({
    code: 'disk_full',
  })
  await expect(objects.checkSpace(0)).rejects.toMatchObject({ code: 'disk_full' })
  expect(await objects.unfinished()).toEqual([])

  const large = await objects.receive(1e9)
  const send = async () => {
    for (let megabytes = 0; megabytes < 20; megabytes++) await large.write(Buffer.alloc(1024 ** 2))
  }
  await expect(send()).rejects.toMatchObject({ code: 'disk_full' })
  await large.abandon()
  expect(await readdir(join(folder, 'incoming'))).toEqual([])
})

test('a full disk and a broken one are told apart', () => {
  const failure = (code: string) => asStorageFailure(Object.assign(new Error(code), { code })).code
  expect(failure('ENOSPC')).toBe('disk_full')
  expect(failure('EIO')).toBe('storage_unavailable')
})
