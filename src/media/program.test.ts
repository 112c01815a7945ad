import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { descendants, processTable } from '../../test/support/processTable.ts'
import { runProgram, startProgram } from './program.ts'
import { findTools, type Tools } from './tools.ts'

const found = findTools()
const as = (ffmpeg: string): Tools => ({ ...found, ffmpeg })
const shell = (script: string): string[] => ['-c', script]
const isRunning = async (pid: number | undefined) => (await processTable()).some((row) => row.pid === pid)

test('a program that writes nothing is ended, and is gone when that is told', async () => {
  const program = startProgram(as('sleep'), 'ffmpeg', ['60'], { stallMs: 100 })
  await expect(program.output.next()).rejects.toMatchObject({ code: 'decoder_stalled', retryable: true })
  expect(await isRunning(program.pid)).toBe(false)
})

test('a program that closes its output and stays is ended too', async () => {
  const program = startProgram(as('sh'), 'ffmpeg', shell('exec >&-; sleep 60'), { stallMs: 100 })
  await expect(program.output.next()).rejects.toMatchObject({ code: 'decoder_stalled' })
  expect(await isRunning(program.pid)).toBe(false)
})

test('a program that leaves another one behind, which holds its output, takes it along', async () => {
  const program = startProgram(as('sh'), 'ffmpeg', shell('sleep 60 & echo $!'), { stallMs: 100 })
  const { value: line } = await program.output.next()
  await expect(program.output.next()).rejects.toMatchObject({ code: 'decoder_stalled' })
  expect(await isRunning(Number(line))).toBe(false)
})

test('a program that says something all the time is ended at its limit', async () => {
  const program = startProgram(as('yes'), 'ffmpeg', [], { stallMs: 10_000, limitMs: 100 })
  const readAll = async () => {
    for await (const chunk of program.output) expect(chunk.length).toBeGreaterThan(0)
  }
  await expect(readAll()).rejects.toMatchObject({ code: 'decoder_stalled' })
  expect(await isRunning(program.pid)).toBe(false)
})

test('aborting ends a program with all that it started', async () => {
  const aborting = new AbortController()
  const program = startProgram(as('sh'), 'ffmpeg', shell('sleep 60 & echo up; sleep 60'), {
    signal: aborting.signal,
    stallMs: 10_000,
  })
  await program.output.next()
  const started = await descendants(program.pid!)
  expect(started.length).toBeGreaterThan(0)
  aborting.abort()
  await expect(program.output.next()).rejects.toMatchObject({ code: 'aborted' })
  for (const { pid } of started) expect(await isRunning(pid)).toBe(false)
})

test.each(['KILL', 'TERM', 'SEGV'])(
  'a program that somebody else ends by SIG%s may do better next time, what it wrote is not all',
  async (signal) => {
    const script = `echo frames; kill -${signal} $$`
    const run = runProgram(as('sh'), 'ffmpeg', shell(script), { stallMs: 10_000, limitBytes: 100 })
    await expect(run).rejects.toMatchObject({ code: 'decoder_crashed', retryable: true })
  },
)

test('ffmpeg that is asked to end says so by its exit code', async () => {
  const run = runProgram(as('sh'), 'ffmpeg', shell('echo frames; exit 255'), {
    stallMs: 10_000,
    limitBytes: 100,
  })
  await expect(run).rejects.toMatchObject({ code: 'decoder_crashed' })
})

test('with a signal that is aborted already nothing is started', () => {
  const signal = AbortSignal.abort()
  expect(() => startProgram(as('sleep'), 'ffmpeg', ['60'], { signal, stallMs: 1_000 })).toThrow('stopped')
})

test('leaving the output early ends the program', async () => {
  const program = startProgram(as('yes'), 'ffmpeg', [], { stallMs: 10_000 })
  for await (const chunk of program.output) {
    expect(chunk.length).toBeGreaterThan(0)
    break
  }
  expect(await isRunning(program.pid)).toBe(false)
})

test('a program that is missing is a failure of this machine, not of the file', async () => {
  for (const wrap of [found.wrap, []]) {
    const tools = { ...as('/nowhere/ffmpeg'), wrap }
    const run = runProgram(tools, 'ffmpeg', [], { stallMs: 10_000, limitBytes: 100 })
    await expect(run).rejects.toMatchObject({
      code: 'internal',
      message: 'ffmpeg cannot be started.',
    })
  }
})

test('a bad exit code carries the last thing that was said, without addresses and paths', async () => {
  const script = `echo "[mov @ 0x55d0] moov atom not found" >&2; echo "file:/data/x.mp4: Invalid data found" >&2; exit 1`
  const run = runProgram(as('sh'), 'ffmpeg', shell(script), { stallMs: 10_000, limitBytes: 100 })
  await expect(run).rejects.toMatchObject({ code: 'media_unreadable', message: 'Invalid data found' })
})

test('what a program wrote is there also for who asks for it after its end', async () => {
  const program = startProgram(as('sh'), 'ffmpeg', shell('echo frames'), { stallMs: 10_000 })
  await expect.poll(() => program.succeeded()).toBe(true)
  // Node lets go of unread output soon after the end of a process.
  await new Promise((wake) => setImmediate(wake))
  expect((await program.output.next()).value?.toString()).toBe('frames\n')
  await program.stop()
})

test('endless output is cut off', async () => {
  const run = runProgram(as('yes'), 'ffmpeg', [], { stallMs: 10_000, limitBytes: 1_000_000 })
  await expect(run).rejects.toMatchObject({ code: 'media_unreadable' })
})

test('endless complaints are drained and only their end is kept', async () => {
  const script = 'yes complaint | head -c 3000000 >&2; echo last >&2; echo done'
  const options = { stallMs: 10_000, limitBytes: 100 }
  const { output, complaints } = await runProgram(as('sh'), 'ffmpeg', shell(script), options)
  expect(output.toString()).toBe('done\n')
  expect(complaints.length).toBeLessThan(20_000)
  expect(complaints.trimEnd().endsWith('last')).toBe(true)
})

test.skipIf(!found.wrap.includes('setpriv'))('a program dies with a parent that is killed', async () => {
  const script = fileURLToPath(new URL('../../test/support/runsProgram.process.ts', import.meta.url))
  const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(line.toString())
  expect(await isRunning(pid)).toBe(true)
  parent.kill('SIGKILL')
  // The pipe closes when its last holder is gone: the parent, and the program that writes its complaints to it.
  await once(parent, 'close')
  await expect.poll(() => isRunning(pid), { interval: 10, timeout: 5_000 }).toBe(false)
})
