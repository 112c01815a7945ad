import { readConfig } from '../config.ts'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { withCompute } from '../../test/support/computeParts.ts'
import { BUILTIN as MODEL, wholeVideo } from '../../test/support/sliceWork.ts'
import { limitsNamed } from '../domain/limits.ts'
import type { MediaFacts } from '../domain/media.ts'
import type { SliceResult, SliceWork } from '../domain/sliceWork.ts'
import { findTools } from '../media/tools.ts'
import type { ComputeParts } from './pool.ts'

const ODD_CHILD = fileURLToPath(new URL('../../test/support/oddChild.process.ts', import.meta.url))
const NEVER = new AbortController().signal

const FACTS: MediaFacts = {
  container: 'mp4',
  sizeBytes: 1,
  subtitles: [],
  isPicture: false,
  seeksExactly: true,
  warnings: [],
}

/** Work on a "file" whose name tells the odd child what to do. */
const slicesOf = (file: string, count = 1): SliceWork => ({
  file,
  model: MODEL,
  request: wholeVideo,
  facts: FACTS,
  modalities: ['visual'],
  slices: Array.from({ length: count }, (_, index) => ({
    index,
    startMs: index * 60_000,
    endMs: (index + 1) * 60_000,
  })),
  cues: [],
})

const pidOf = (result: SliceResult | undefined) => result?.clips[0]?.vectors[0]?.vector[0]

/** Compute children that decode nothing, but behave as a file's name or a text says. */
const withOddChildren = (over: Partial<ComputeParts> = {}) =>
  withCompute({ program: [process.execPath, ODD_CHILD], ...over })

const ignore = async () => {}

/** Says how a call will end, before it does. */
async function endsBy(call: Promise<unknown>, failure: object): Promise<void> {
  await expect(call).rejects.toMatchObject(failure)
}

test('without children every call is refused', async () => {
  const { compute } = await withOddChildren({ count: 0 })
  const refused = { code: 'compute_unavailable' }
  await expect(compute.inspect('x')).rejects.toMatchObject(refused)
  await expect(compute.embedTexts(MODEL, ['x'], 'query')).rejects.toMatchObject(refused)
  await expect(compute.embedSlices(slicesOf('x'), ignore, NEVER, { alone: true })).rejects.toMatchObject(
    refused,
  )
})

test('a query that was embedded lately is answered without a child', async () => {
  const { compute } = await withOddChildren()
  const [first] = await compute.embedTexts(MODEL, ['a cat'], 'query')
  const pid = compute.stats().children[0]?.pid ?? 0
  expect(first).toEqual(Float32Array.of(pid))
  first?.fill(0) // what a caller does to its vector is its own affair

  process.kill(pid, 'SIGKILL')
  expect(await compute.embedTexts(MODEL, ['a cat'], 'query')).toEqual([Float32Array.of(pid)])
  const [other] = await compute.embedTexts({ ...MODEL, revision: '2' }, ['a cat'], 'query')
  expect(other).not.toEqual(Float32Array.of(pid))
  const [asDocument] = await compute.embedTexts(MODEL, ['a cat'], 'document')
  expect(asDocument).not.toEqual(Float32Array.of(pid))
})

test('a child that dies ends its call, and another child takes the next one', async () => {
  const { compute, log } = await withOddChildren()
  await expect(compute.inspect('crash')).rejects.toMatchObject({ code: 'child_crashed', sharedChild: false })
  expect(await compute.inspect('fine')).toMatchObject({ sizeBytes: 0 })
  expect(compute.stats().replaced).toBe(1)
  expect(log.join('')).toContain('SIGKILL')
})

test('files that were in one child when it died are told so; a text is asked for once more', async () => {
  const { compute } = await withOddChildren()
  const slices = compute.embedSlices(slicesOf('work'), ignore, NEVER)
  const ended = endsBy(slices, { code: 'child_crashed', sharedChild: true })
  const stop = new AbortController()
  const text = compute.embedTexts(MODEL, ['wait'], 'document', stop.signal)
  const textEnded = endsBy(text, { code: 'aborted' })
  await expect(compute.inspect('crash')).rejects.toMatchObject({ code: 'child_crashed', sharedChild: true })
  await ended
  stop.abort()
  await textEnded
})

test('a child that does not answer is hung', async () => {
  const { compute } = await withOddChildren({ pace: { beatMs: 50, hungAfterBeats: 40 } })
  await compute.inspect('fine')
  await expect(compute.inspect('hang')).rejects.toMatchObject({ code: 'child_hung' })
  expect(await compute.inspect('fine')).toBeDefined()
})

test('a call without progress is hung though its child answers, and the others are not to blame', async () => {
  const { compute } = await withOddChildren({
    limits: { ...limitsNamed('ours'), itemSec: 1 },
    pace: { beatMs: 50, hungAfterBeats: 1_000 },
  })
  const slices = compute.embedSlices(slicesOf('work'), ignore, NEVER)
  const ended = endsBy(slices, { code: 'child_hung', sharedChild: true })
  await expect(compute.inspect('wait')).rejects.toMatchObject({ code: 'child_hung', sharedChild: false })
  await ended
})

test('a child that grows past its limit is replaced', async () => {
  const { compute } = await withOddChildren({
    residentLimitBytes: 300e6,
    pace: { beatMs: 50, hungAfterBeats: 1_000 },
  })
  const grown = compute.embedSlices(slicesOf('grow'), () => new Promise(() => {}), NEVER)
  grown.catch(() => {}) // its slice is never settled, so neither is the call
  await expect(compute.inspect('work')).rejects.toMatchObject({ code: 'child_out_of_memory' })
})

test('a call that is stopped ends as aborted, waiting or running, and the child goes on', async () => {
  const { compute } = await withOddChildren()
  const stop = new AbortController()
  const running = compute.embedSlices(slicesOf('wait'), ignore, stop.signal)
  const waiting = compute.embedSlices(slicesOf('fine'), ignore, stop.signal)
  const ended = Promise.all([running, waiting].map((call) => endsBy(call, { code: 'aborted' })))
  await compute.inspect('fine')
  stop.abort()
  await ended
  await expect(compute.inspect('fine', stop.signal)).rejects.toMatchObject({ code: 'aborted' })
  expect(compute.stats().replaced).toBe(0)
})

test('a child that does not let go of a stopped call is replaced', async () => {
  const { compute } = await withOddChildren({ pace: { cancelMs: 100 } })
  const stop = new AbortController()
  const stubborn = compute.embedSlices(slicesOf('stubborn'), ignore, stop.signal)
  const ended = endsBy(stubborn, { code: 'aborted' })
  const beside = endsBy(compute.inspect('wait'), {
    code: 'child_hung',
    sharedChild: true,
  })
  stop.abort()
  await ended
  await beside
  expect(await compute.inspect('fine')).toBeDefined()
})

test('slices come in order, each after the one before is settled', async () => {
  const { compute } = await withOddChildren()
  const seen: string[] = []
  await compute.embedSlices(
    slicesOf('fine', 3),
    async ({ slice }) => {
      seen.push(`begin ${slice.index}`)
      await compute.inspect('fine')
      seen.push(`end ${slice.index}`)
    },
    NEVER,
  )
  expect(seen).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2'])
})

test('what the settling of a slice throws ends the call', async () => {
  const { compute } = await withOddChildren()
  const lost = new Error('the lease is lost')
  const call = compute.embedSlices(slicesOf('fine', 3), () => Promise.reject(lost), NEVER)
  await expect(call).rejects.toBe(lost)
  expect(compute.stats().replaced).toBe(0)
})

test('each child embeds the slices of one file at a time, and looks into others beside', async () => {
  const { compute } = await withOddChildren({ count: 2 })
  const stop = new AbortController()
  const held = ['wait', 'wait'].map((file) => compute.embedSlices(slicesOf(file), ignore, stop.signal))
  const ended = Promise.all(held.map((call) => endsBy(call, { code: 'aborted' })))
  let isThirdDone = false
  const third = compute.embedSlices(slicesOf('fine'), ignore, NEVER).then(() => (isThirdDone = true))
  await compute.inspect('fine')
  expect(compute.stats().children.map(({ isEmbedding }) => isEmbedding)).toEqual([true, true])
  expect(isThirdDone).toBe(false)
  stop.abort()
  await ended
  await third
})

test('short requests go to the child with the least waiting', async () => {
  const { compute } = await withOddChildren({ count: 2 })
  const stop = new AbortController()
  const ended = endsBy(compute.embedSlices(slicesOf('wait'), ignore, stop.signal), {
    code: 'aborted',
  })
  const [busy, free] = compute.stats().children
  expect(busy?.isEmbedding).toBe(true)
  const [vector] = await compute.embedTexts(MODEL, ['one'], 'document')
  expect(vector?.[0]).toBe(free?.pid)
  stop.abort()
  await ended
})

test('what must run alone has a child of its own, which goes with it', async () => {
  const { compute } = await withOddChildren()
  const stop = new AbortController()
  const ended = endsBy(compute.embedSlices(slicesOf('wait'), ignore, stop.signal), {
    code: 'aborted',
  })
  const [usual] = compute.stats().children
  const results: SliceResult[] = []
  await compute.embedSlices(slicesOf('fine'), async (result) => void results.push(result), NEVER, {
    alone: true,
  })
  expect(pidOf(results[0])).not.toBe(usual?.pid)
  expect(compute.stats().children.map(({ pid }) => pid)).toEqual([usual?.pid])

  await expect(compute.embedSlices(slicesOf('crash'), ignore, NEVER, { alone: true })).rejects.toMatchObject({
    code: 'child_crashed',
    sharedChild: false,
  })
  stop.abort()
  await ended
})

test('when children do not start, calls are refused and say so', async () => {
  const { compute, log } = await withOddChildren({
    program: [process.execPath, '--eval', 'throw new Error("no such library")'],
    pace: { backoffMs: 1 },
  })
  await expect(compute.embedSlices(slicesOf('fine'), ignore, NEVER)).rejects.toMatchObject({
    code: 'child_crashed',
  })
  await expect
    .poll(() => compute.inspect('fine').catch(({ code }: { code: string }) => code), {
      interval: 1,
      timeout: 20_000,
    })
    .toBe('compute_unavailable')
  expect(log.join('')).toContain('no such library')
})

test('a program that is not there refuses calls, too', async () => {
  const tools = { ...findTools(), wrap: [] }
  const { compute } = await withOddChildren({ program: ['/no/such/program'], tools, pace: { backoffMs: 1 } })
  await expect(compute.inspect('fine')).rejects.toMatchObject({ code: 'child_crashed' })
  await expect
    .poll(() => compute.inspect('fine').catch(({ code }: { code: string }) => code), { interval: 1 })
    .toBe('compute_unavailable')
})

test('a failure that nobody foresaw is told without its words; the log has them', async () => {
  const { compute, log } = await withOddChildren()
  const failed = compute.inspect('throw')
  await expect(failed).rejects.toMatchObject({ code: 'internal' })
  await expect(failed).rejects.not.toThrow('a bug')
  expect(log.join('')).toContain('a bug')
})

test('a child sees nothing of the environment but what it needs', async () => {
  const { programEnvironment } = readConfig({ environment: { ...process.env, EMBEDLINE_KEYS: 'key=one' } })
  const { compute } = await withOddChildren({ environment: programEnvironment })
  const { container: names } = await compute.inspect('fine')
  expect(names).toContain('PATH')
  expect(names).not.toContain('EMBEDLINE_KEYS')
})

test('closing ends what runs as aborted and leaves no child, also one that hangs', async () => {
  const { compute } = await withOddChildren({ count: 2 })
  await Promise.all([
    compute.embedTexts(MODEL, ['1'], 'document'),
    compute.embedTexts(MODEL, ['2'], 'document'),
  ])
  const pids = compute.stats().children.map(({ pid }) => pid ?? 0)
  const calls = ['hang', 'wait'].map((file) => compute.inspect(file))
  const ended = Promise.all(calls.map((call) => endsBy(call, { code: 'aborted' })))
  await compute.close(200)
  await ended
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  await expect(compute.inspect('fine')).rejects.toMatchObject({ code: 'aborted' })
  await compute.close(200)
})
