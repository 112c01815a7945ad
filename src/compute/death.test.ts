import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { withCompute } from '../../test/support/computeParts.ts'
import { madeMedia, scenes } from '../../test/support/madeMedia.ts'
import { processTable } from '../../test/support/processTable.ts'
import { sliceWork } from '../../test/support/sliceWork.ts'

const PARENT = fileURLToPath(new URL('../../test/support/computeParent.process.ts', import.meta.url))

// A file that is read in one pass: ffmpeg lives until its last slice is taken, so that a test can rely on it. Each test
// has a file of its own, by whose name its processes are known.
const onePass = async (name: string) =>
  madeMedia(`${name}.ts`, [
    '-i',
    await scenes(130),
    '-c',
    'copy',
    '-f',
    'mpegts',
    '-metadata',
    `title=${name}`,
  ])

const readersOf = async (file: string) => (await processTable()).filter(({ text }) => text.includes(file))
const isAlive = async (pid: number) => (await processTable()).some((row) => row.pid === pid)
const gone = (file: string) => expect.poll(() => readersOf(file), { timeout: 5_000 }).toEqual([])

/** Embeds a file up to its first slice, which is not settled before the test ends. */
async function inMidSlice(name: string) {
  const { compute } = await withCompute()
  const file = await onePass(name)
  const work = await sliceWork(compute, file)
  const stop = new AbortController()
  const reached = Promise.withResolvers<void>()
  const settled = Promise.withResolvers<void>()
  const onSlice = () => {
    reached.resolve()
    return settled.promise
  }
  const ended = compute.embedSlices(work, onSlice, stop.signal)
  ended.catch(() => {}) // looked at by the test, later
  await reached.promise
  expect(await readersOf(file)).not.toEqual([])
  const pid = compute.stats().children[0]?.pid ?? 0
  return { compute, file, pid, stop, ended, settle: settled.resolve }
}

test('a child that is killed in the middle of a slice takes its ffmpeg along', async () => {
  const { file, pid, ended, settle } = await inMidSlice('killed-child')
  process.kill(pid, 'SIGKILL')
  await gone(file)
  settle()
  await expect(ended).rejects.toMatchObject({ code: 'child_crashed', sharedChild: false })
})

test('a slice that is stopped takes its ffmpeg along, and its child goes on', async () => {
  const { compute, file, pid, stop, ended, settle } = await inMidSlice('stopped-slice')
  stop.abort()
  settle()
  await expect(ended).rejects.toMatchObject({ code: 'aborted' })
  expect(await readersOf(file)).toEqual([])
  expect(compute.stats().children[0]?.pid).toBe(pid)
})

test('closing leaves neither child nor ffmpeg', async () => {
  const { compute, file, pid, ended, settle } = await inMidSlice('closed')
  settle()
  await compute.close()
  await expect(ended).rejects.toMatchObject({ code: 'aborted' })
  expect(await isAlive(pid)).toBe(false)
  await gone(file)
})

test('a parent that is killed takes its children and their ffmpeg along', async () => {
  const file = await onePass('killed-parent')
  const parent = spawn(process.execPath, [PARENT, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void parent.kill('SIGKILL'))
  const [line] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string]
  const childPid = Number(line)
  expect(await isAlive(childPid)).toBe(true)
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  await gone(file)
  await expect.poll(() => isAlive(childPid)).toBe(false)
})

test('a child does not end by the signals that service managers send to every process', async () => {
  const { compute } = await withCompute()
  await compute.embedTexts({ id: 'builtin', revision: '1' }, ['one'], 'document')
  const pid = compute.stats().children[0]?.pid ?? 0
  process.kill(pid, 'SIGTERM')
  process.kill(pid, 'SIGINT')
  await compute.embedTexts({ id: 'builtin', revision: '1' }, ['two'], 'document')
  expect(compute.stats()).toMatchObject({ replaced: 0, children: [{ pid }] })
})
