import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withCompute } from '../../test/support/computeParts.ts'
import { documentWork } from '../../test/support/documentWork.ts'
import { GEMMA, gemmaModels, gemmaSettings, placeGemma } from '../../test/support/gemmaFixture.ts'
import { madeMedia } from '../../test/support/madeMedia.ts'
import { embedAll, sliceWork } from '../../test/support/sliceWork.ts'
import { temporaryFolder } from '../../test/support/temporaryFolder.ts'
import { cosine } from '../../test/support/vectors.ts'
import type { Precision } from '../domain/precision.ts'
import type { EmbeddedChunk } from '../domain/documentWork.ts'
import { BUILTIN_ONLY } from '../models/settings.ts'

/** Children with the tiny stand-in for EmbeddingGemma 2. */
async function withGemma(precision?: Precision) {
  const { folder, place } = await gemmaModels()
  const models = { ...BUILTIN_ONLY, gemma: gemmaSettings(folder, precision) }
  return { folder, place, ...(await withCompute({ models })) }
}

const plain = (colour: string) =>
  madeMedia(`${colour}.png`, ['-f', 'lavfi', '-i', `color=${colour}:size=320x240`, '-frames:v', '1'])

test('a word finds its texts and its picture, in the child', async () => {
  const { compute } = await withGemma()
  const [dog, red] = await compute.embedTexts(GEMMA, ['puppy', 'red'], 'query')
  const [dogs, bank] = await compute.embedTexts(
    GEMMA,
    ['The dog runs in the forest', 'The bank sends an invoice for the loan'],
    'document',
  )
  expect(cosine(dog!, dogs!)).toBeGreaterThan(cosine(dog!, bank!) + 0.1)
  const pictures = [
    await compute.embedPicture({ model: GEMMA, file: await plain('red') }),
    await compute.embedPicture({ model: GEMMA, file: await plain('blue') }),
  ]
  expect(cosine(red!, pictures[0]!)).toBeGreaterThan(cosine(red!, pictures[1]!) + 0.2)
})

/** 4 s of red with a low tone, then 4 s of blue with a high one. */
const redThenBlue = () =>
  madeMedia('red-then-blue.mp4', [
    ...['-f', 'lavfi', '-i', 'color=red:size=320x180:rate=12:duration=4'],
    ...['-f', 'lavfi', '-i', 'color=blue:size=320x180:rate=12:duration=4'],
    ...['-f', 'lavfi', '-i', `aevalsrc='0.3*sin(2*PI*t*if(lt(t,4),300,3000))':s=16000:d=8`],
    ...['-filter_complex', '[0][1]concat', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
  ])

test('a colour and a pitch find their clips of a video, and the fused vectors too', async () => {
  const { compute } = await withGemma('q8')
  const request = { segmentation: { strategy: 'fixed', durationSec: 4 }, fused: true } as const
  const work = { ...(await sliceWork(compute, await redThenBlue(), request)), model: GEMMA }
  const [slice] = await embedAll(compute, work)
  expect(await embedAll(compute, work)).toEqual([slice])
  const [first, second] = slice!.clips.map(({ vectors }) =>
    Object.fromEntries(vectors.map(({ modality, vector }) => [modality, vector])),
  )
  const [red, blue, low, high] = await compute.embedTexts(GEMMA, ['red', 'blue', 'low', 'high'], 'query')
  for (const modality of ['visual', 'fused']) {
    expect(cosine(red!, first![modality]!)).toBeGreaterThan(cosine(red!, second![modality]!) + 0.2)
    expect(cosine(blue!, second![modality]!)).toBeGreaterThan(cosine(blue!, first![modality]!) + 0.2)
  }
  expect(cosine(low!, first!['audio']!)).toBeGreaterThan(cosine(low!, second!['audio']!) + 0.2)
  expect(cosine(high!, second!['audio']!)).toBeGreaterThan(cosine(high!, first!['audio']!) + 0.2)
})

test('the chunks of a document are those that its texts give, and a long one is divided', async () => {
  const { compute } = await withGemma()
  const file = join(await temporaryFolder({ 'long.txt': `${'dog '.repeat(9000)}\n` }), 'long.txt')
  const chunks: EmbeddedChunk[] = []
  const work = {
    ...documentWork(file),
    model: GEMMA,
    chunks: { sizeCharacters: 40_000, overlapCharacters: 0 },
  }
  await compute.embedDocument(work, async (some) => void chunks.push(...some), new AbortController().signal)
  expect(chunks.length).toBe(2)
  expect(chunks.map(({ text }) => text).join(' ')).toBe('dog '.repeat(9000).trim())
})

test('a child whose model is gone or damaged says so and serves the next request', async () => {
  const { compute, folder, place, log } = await withGemma()
  const data = join(place, 'onnx/model.onnx_data')
  const whole = await readFile(data)
  const ask = () => compute.embedTexts(GEMMA, ['red'], 'document')

  await truncate(data, 1000)
  await expect(ask()).rejects.toMatchObject({ code: 'model_damaged' })
  const pid = compute.stats().children[0]?.pid
  await rm(data)
  await expect(ask()).rejects.toMatchObject({ code: 'model_damaged' })
  await rm(place, { recursive: true })
  await expect(ask()).rejects.toMatchObject({ code: 'model_missing' })
  await placeGemma(folder)
  await writeFile(data, whole.fill(0xff))
  await expect(ask()).rejects.toMatchObject({ code: 'model_damaged' })
  expect(compute.stats().children[0]?.pid).toBe(pid)
  expect(log.filter((line) => line.includes('"error"'))).toEqual([])
})
