import { open, copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { withCompute } from '../../test/support/computeParts.ts'
import { madeMedia, scenes } from '../../test/support/madeMedia.ts'
import { BUILTIN, embedAll, sliceWork } from '../../test/support/sliceWork.ts'
import { needTestData, testData } from '../../test/support/testData.ts'
import { cosine } from '../../test/support/vectors.ts'
import type { SliceResult } from '../domain/sliceWork.ts'
import { builtinFacts } from '../models/builtin/facts.ts'

const times = (results: readonly SliceResult[]) =>
  results.flatMap(({ clips }) => clips.map(({ startSec, endSec }) => [startSec, endSec]))
const modalities = (results: readonly SliceResult[]) =>
  results.flatMap(({ clips }) =>
    clips.map(({ vectors }) => vectors.map(({ modality }) => modality).join(' ')),
  )

/** Two minutes and 10 s: three slices. Sound and pictures change every 7 s. */
const threeSlices = () => scenes(130)

/** The same, in a container that cannot be sought exactly. */
async function unseekable(): Promise<string> {
  return madeMedia('three-slices.ts', ['-i', await threeSlices(), '-c', 'copy', '-f', 'mpegts'])
}

test('a slice gives the same vectors to the last bit, whoever embeds it and beside what', async (context) => {
  needTestData(context, 'media/video/friday.mp4')
  const { compute } = await withCompute({ count: 2 })
  const work = await sliceWork(compute, testData('media/video/friday.mp4'), {
    segmentation: { strategy: 'fixed', durationSec: 2 },
    fused: true,
  })
  const once = await embedAll(compute, work)
  expect(times(once)).toEqual([
    [0, 2],
    [2, 4],
    [4, 6],
  ])
  expect(modalities(once)).toEqual(Array.from({ length: 3 }, () => 'visual audio fused'))

  const texts = ['a fox', 'a day in June', 'a bridge']
  const [again, other] = await Promise.all([
    embedAll(compute, work),
    embedAll(compute, work),
    compute.embedTexts(BUILTIN, texts, 'document'),
  ])
  expect(again).toEqual(once)
  expect(other).toEqual(once)
})

test('slices embedded one by one are those of one go', async () => {
  const { compute } = await withCompute()
  const work = await sliceWork(compute, await threeSlices())
  expect(work.facts.seeksExactly).toBe(true)
  const together = await embedAll(compute, work)
  expect(together.map(({ slice }) => slice.startMs)).toEqual([0, 60_000, 120_000])
  for (const [index, slice] of work.slices.entries())
    expect(await embedAll(compute, { ...work, slices: [slice] })).toEqual([together[index]])
})

test('a file that cannot be sought is read once, and goes on after the slices that are settled', async () => {
  const { compute } = await withCompute()
  const work = await sliceWork(compute, await unseekable())
  expect(work.facts.seeksExactly).toBe(false)
  const results = await embedAll(compute, work)
  expect(times(results).slice(0, 21)).toEqual(Array.from({ length: 21 }, (_, at) => [at * 6, at * 6 + 6]))
  expect(await embedAll(compute, { ...work, slices: work.slices.slice(2) })).toEqual(results.slice(2))
})

test('dynamic segments begin where the shot changes', async () => {
  const { compute } = await withCompute()
  const cuts = await madeMedia('cuts.mp4', [
    ...['red', 'green', 'blue'].flatMap((colour, at) => [
      ...['-f', 'lavfi', '-i', `color=${colour}:size=160x120:rate=10:duration=${[7, 3, 8][at]}`],
    ]),
    ...['-filter_complex', 'concat=n=3', '-c:v', 'libx264', '-preset', 'ultrafast'],
  ])
  const dynamic = (minDurationSec: number) =>
    sliceWork(compute, cuts, { segmentation: { strategy: 'dynamic', minDurationSec } })
  expect(times(await embedAll(compute, await dynamic(2)))).toEqual([
    [0, 7],
    [7, 10],
    [10, 18],
  ])
  expect(times(await embedAll(compute, await dynamic(4)))).toEqual([
    [0, 7],
    [7, 18],
  ])
})

test('the lines of a subtitle track are embedded with the clip in which their middle lies', async (context) => {
  needTestData(context, 'media/video/friday-subs-srt.mkv')
  const { compute } = await withCompute()
  const work = await sliceWork(compute, testData('media/video/friday-subs-srt.mkv'), {
    segmentation: { strategy: 'fixed', durationSec: 2 },
    modalities: ['transcription'],
  })
  const results = await embedAll(compute, work)
  const inFirst = work.cues.filter(({ startSec, endSec }) => startSec + endSec < 4)
  expect(inFirst.length).toBeGreaterThan(0)
  const [expected] = await compute.embedTexts(
    BUILTIN,
    [inFirst.map(({ text }) => text).join(' ')],
    'document',
  )
  expect(results[0]?.clips[0]).toEqual({
    startSec: 0,
    endSec: 2,
    vectors: [{ modality: 'transcription', space: 'text', vector: expected }],
  })
})

test('a clip is fused of what it has, and only what was asked for comes out', async () => {
  const { compute } = await withCompute()
  const file = await scenes(12)
  const onlyFused = await sliceWork(compute, file, { separate: false, fused: true })
  expect(modalities(await embedAll(compute, onlyFused))).toEqual(['fused', 'fused'])
  const oneAsked = await sliceWork(compute, file, { modalities: ['audio'], fused: true })
  expect(modalities(await embedAll(compute, oneAsked))).toEqual(['audio', 'audio'])
  const silent = await madeMedia('silent.mp4', ['-i', file, '-an', '-c:v', 'copy'])
  const withoutSound = await sliceWork(compute, silent, { fused: true })
  expect(modalities(await embedAll(compute, withoutSound))).toEqual(['visual fused', 'visual fused'])
})

test('a track that ends before the other is named, and the clips go on without it', async () => {
  const { compute } = await withCompute()
  const file = await madeMedia('short-video.mkv', [
    ...['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10:duration=8'],
    ...['-f', 'lavfi', '-i', 'sine=duration=24', '-c:v', 'libx264', '-preset', 'ultrafast'],
  ])
  const results = await embedAll(compute, await sliceWork(compute, file))
  expect(modalities(results)).toEqual(['visual audio', 'visual audio', 'audio', 'audio'])
  expect(results[0]?.warnings).toEqual([
    expect.objectContaining({ code: 'media_truncated', option: 'visual', startSec: 12, endSec: 24 }),
  ])
  expect(results[0]).not.toHaveProperty('endedAtSec')

  const visual = await embedAll(compute, await sliceWork(compute, file, { modalities: ['visual'] }))
  expect(times(visual)).toEqual([
    [0, 6],
    [6, 12],
  ])
  expect(visual[0]?.endedAtSec).toBe(12)
})

test('silence is sound', async () => {
  const { compute } = await withCompute()
  const file = await madeMedia('silence.wav', ['-f', 'lavfi', '-i', 'anullsrc=r=16000:cl=mono', '-t', '6'])
  const work = await sliceWork(compute, file, { modalities: ['audio'] })
  expect(modalities(await embedAll(compute, work))).toEqual(['audio'])
})

test('a damaged stretch is named, and what can be read is embedded', async () => {
  const { compute } = await withCompute()
  const work = await sliceWork(compute, await withHole(await threeSlices(), 0.2, 0.3), {
    modalities: ['visual'],
  })
  const [first, second] = await embedAll(compute, work)
  expect(first?.warnings).toEqual([
    expect.objectContaining({ code: 'media_damaged', option: 'visual', startSec: 0, endSec: 60 }),
  ])
  expect(first?.clips.length).toBeGreaterThan(3)
  expect(second?.warnings).toEqual([])
})

test('a slice of which nothing can be read is no result', async () => {
  const { compute } = await withCompute()
  const file = await withHole(await threeSlices(), 0.3, 1)
  const work = await sliceWork(compute, file, { modalities: ['visual'] })
  const middle = embedAll(compute, { ...work, slices: work.slices.slice(1, 2) })
  await expect(middle).rejects.toMatchObject({ code: 'media_unreadable' })
})

test('a text is answered while a slice is being embedded', async () => {
  const { compute } = await withCompute()
  const work = await sliceWork(compute, await threeSlices())
  const order: string[] = []
  const slices = compute.embedSlices(
    work,
    async ({ slice }) => void order.push(`slice ${slice.index}`),
    new AbortController().signal,
  )
  await compute.embedTexts(BUILTIN, ['a query'], 'query').then(() => order.push('text'))
  await slices
  expect(order).toEqual(['text', 'slice 0', 'slice 1', 'slice 2'])
})

test('media that somebody waits for is embedded beside a slice, and gives the same', async () => {
  const { compute } = await withCompute()
  const work = await sliceWork(compute, await threeSlices())
  const order: string[] = []
  const slices = compute.embedSlices(
    work,
    async ({ slice }) => void order.push(`slice ${slice.index}`),
    new AbortController().signal,
  )
  const first = { ...work, slices: work.slices.slice(0, 1) }
  const results: SliceResult[] = []
  await compute.embedSlicesNow(first, async (result) => void results.push(result))
  order.push('now')
  await slices
  expect(order.indexOf('now')).toBeLessThan(order.indexOf('slice 2'))
  expect(results).toEqual(await embedAll(compute, first))
})

test('a picture and a text together are one vector of both', async (context) => {
  needTestData(context, 'media/images/owl.jpg')
  const { compute } = await withCompute()
  const owl = { model: BUILTIN, file: testData('media/images/owl.jpg') }
  const [text] = await compute.embedTexts(BUILTIN, ['an owl'], 'document')
  const both = await compute.embedPicture({ ...owl, text: 'an owl' })
  expect(cosine(both, await compute.embedPicture(owl))).toBeCloseTo(cosine(both, text!), 5)
})

test('facts are as good as a pin, whatever else is in them', async () => {
  const { compute } = await withCompute()
  const [vector] = await compute.embedTexts(builtinFacts, ['an owl'], 'query')
  expect(vector).toHaveLength(512)
})

test('a picture is embedded, and what is none is refused by its name', async (context) => {
  needTestData(context, 'media/images/owl.jpg')
  const { compute } = await withCompute()
  const owl = await compute.embedPicture({ model: BUILTIN, file: testData('media/images/owl.jpg') })
  expect(owl).toHaveLength(512)
  expect(await compute.embedPicture({ model: BUILTIN, file: testData('media/images/owl.jpg') })).toEqual(owl)
  await expect(compute.embedPicture({ model: BUILTIN, file: import.meta.filename })).rejects.toMatchObject({
    code: 'media_unreadable',
  })
})

test('a model that is not here is named as missing', async () => {
  const { compute } = await withCompute()
  const gone = compute.embedTexts({ id: 'builtin', revision: '0' }, ['text'], 'document')
  await expect(gone).rejects.toMatchObject({ code: 'model_unknown' })
})

/** A copy of a file whose bytes between two parts of it are zeros. */
async function withHole(file: string, from: number, to: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedline-hole-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const copy = join(folder, 'hole.mp4')
  await copyFile(file, copy)
  const handle = await open(copy, 'r+')
  const { size } = await handle.stat()
  const start = Math.floor(size * from)
  await handle.write(Buffer.alloc(Math.floor(size * to) - start), 0, null, start)
  await handle.close()
  return copy
}
