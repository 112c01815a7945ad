import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fakeClock } from '../../../test/support/fakeClock.ts'
import { smallDisk } from '../../../test/support/smallDisk.ts'
import { temporaryFolder } from '../../../test/support/temporaryFolder.ts'
import { makeLogger } from '../../lib/logger.ts'
import { watchDisk } from './watchDisk.ts'

const MEGABYTE = 1024 ** 2

async function watch(folder: string, floorBytes?: number) {
  const clock = fakeClock()
  const log: { level: string; message: string }[] = []
  let roomCount = 0
  const guard = await watchDisk({
    folders: { database: folder },
    ...(floorBytes !== undefined && { floorBytes }),
    clock,
    logger: makeLogger({ write: (line) => void log.push(JSON.parse(line) as never), clock, level: 'debug' }),
    onRoom: () => void roomCount++,
  })
  onTestFinished(() => guard.close())
  /** Lets the guard look again, by itself. */
  const later = async () => {
    const before = guard.disks()
    clock.advance(5_000)
    while (guard.disks() === before) await new Promise((turn) => setImmediate(turn))
    // What follows from the look is done in the same turn.
    await new Promise((turn) => setImmediate(turn))
  }
  return { guard, clock, log, later, roomCount: () => roomCount }
}

test('new work is refused below the floor, queued work waits below half of it, and both go on by themselves', async ({
  skip,
}) => {
  const disk = await smallDisk(16)
  if (!disk) return skip('only root can mount a small disk')
  const { guard, later, log, roomCount } = await watch(disk.folder, 8 * MEGABYTE)
  expect(guard.state).toBe('roomy')
  await guard.admit()

  await writeFile(join(disk.folder, 'big'), Buffer.alloc(10 * MEGABYTE))
  await later()
  expect(guard.state).toBe('low')
  await expect(guard.admit()).rejects.toMatchObject({
    code: 'disk_full',
    message: expect.stringMatching(
      /^The disk has 0\.006 GB free; with less than 0\.008 GB no new work/,
    ) as string,
    retryAfterMs: 30_000,
  })

  await writeFile(join(disk.folder, 'bigger'), Buffer.alloc(5 * MEGABYTE))
  await later()
  expect(guard.state).toBe('full')
  expect(roomCount()).toBe(0)

  await rm(join(disk.folder, 'big'))
  await later()
  expect(guard.state).toBe('roomy')
  expect(guard.problem()).toBeUndefined()
  expect(roomCount()).toBe(1)
  expect(log.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'warn the disk is nearly full: new work is refused',
    'warn the disk is full: new work is refused, and queued work waits',
    'info there is room on the disk again: new work is taken',
  ])
})

test('who asks to be admitted is answered by what the disk is like now', async ({ skip }) => {
  const disk = await smallDisk(16)
  if (!disk) return skip('only root can mount a small disk')
  const { guard, clock } = await watch(disk.folder, 8 * MEGABYTE)
  await writeFile(join(disk.folder, 'big'), Buffer.alloc(10 * MEGABYTE))
  await guard.admit()
  clock.advance(1_000)
  await expect(guard.admit()).rejects.toMatchObject({ code: 'disk_full' })
})

test('unless the operator says otherwise a gigabyte stays free, but no more than 5 % of the disk', async ({
  skip,
}) => {
  const disk = await smallDisk(20)
  if (!disk) return skip('only root can mount a small disk')
  const { guard } = await watch(disk.folder)
  expect(guard.disks()).toMatchObject([{ of: 'database', floorBytes: MEGABYTE }])
})

test('without a floor nothing is refused; work that met a full disk all the same waits until the next look', async () => {
  const { guard, later, roomCount } = await watch(await temporaryFolder(), 0)
  guard.reportFull()
  expect(guard.state).toBe('full')
  await expect(guard.admit()).rejects.toMatchObject({ code: 'disk_full' })
  await later()
  expect(guard.state).toBe('roomy')
  expect(roomCount()).toBe(1)
})
