import { expect, test } from 'vitest'
import { madeMedia, scenes } from '../../test/support/madeMedia.ts'
import { limitsNamed } from '../domain/limits.ts'
import { inspect } from './inspect.ts'
import { makeThumbnail } from './thumbnail.ts'
import { findTools } from './tools.ts'
import { makeWaveform } from './waveform.ts'

const tools = findTools()
const options = { limits: limitsNamed('ours') }
const factsOf = (file: string) => inspect(tools, file, options)

const tone = (seconds: number) =>
  madeMedia(`swell-${seconds}.wav`, [
    ...['-f', 'lavfi', '-i', `aevalsrc='0.8*t/${seconds}*sin(2*PI*t*440)':s=44100:d=${seconds}`],
  ])

async function thumbnail(file: string, atSec: number, format: 'jpeg' | 'webp' = 'jpeg', mostWidth = 160) {
  const facts = await factsOf(file)
  const bytes = await makeThumbnail(tools, { file, facts, atSec, mostWidth, format }, options)
  const { default: sharp } = await import('sharp')
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
  const { format: made } = await sharp(bytes).metadata()
  return { format: made, width: info.width, height: info.height, data }
}

test('a thumbnail shows what a video shows at that time, in its shape, as JPEG or WebP', async () => {
  const file = await scenes(14)
  const early = await thumbnail(file, 1)
  expect(early).toMatchObject({ format: 'jpeg', width: 160, height: 90 })
  const late = await thumbnail(file, 13.999, 'webp')
  expect(late).toMatchObject({ format: 'webp', width: 160, height: 90 })
  expect(early.data.equals(late.data)).toBe(false)
})

test('a thumbnail is not larger than the original', async () => {
  expect(await thumbnail(await scenes(6), 0, 'jpeg', 1920)).toMatchObject({ width: 320, height: 180 })
})

test('a still picture has a thumbnail too, and sound has none', async () => {
  const picture = await madeMedia('wide.png', [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=400x100',
    '-frames:v',
    '1',
  ])
  expect(await thumbnail(picture, 0)).toMatchObject({ width: 160, height: 40 })
  await expect(thumbnail(await tone(25), 1)).rejects.toMatchObject({ code: 'media_has_no_stream' })
})

test('a waveform follows the loudness of the sound', async () => {
  const file = await tone(25)
  let units = 0
  const { durationSec, lowest, highest } = await makeWaveform(
    tools,
    { file, facts: await factsOf(file), points: 5 },
    { ...options, unitDone: () => units++ },
  )
  expect(durationSec).toBe(25)
  for (const [at, peak] of [0.16, 0.32, 0.48, 0.64, 0.8].entries()) {
    expect(highest[at]).toBeCloseTo(peak, 1)
    expect(lowest[at]).toBeCloseTo(-peak, 1)
  }
  expect(units).toBe(3)
})

test('a picture has no waveform', async () => {
  const file = await madeMedia('wide.png', ['-f', 'lavfi', '-i', 'testsrc2=size=400x100', '-frames:v', '1'])
  const work = { file, facts: await factsOf(file), points: 5 }
  await expect(makeWaveform(tools, work, { ...options, unitDone: () => {} })).rejects.toMatchObject({
    code: 'media_has_no_stream',
  })
})
