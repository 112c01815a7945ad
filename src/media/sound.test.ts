import { expect, test } from 'vitest'
import { madeMedia } from '../../test/support/madeMedia.ts'
import { limitsNamed } from '../domain/limits.ts'
import { inspect } from './inspect.ts'
import { readSound, soundArguments, soundStartMs } from './sound.ts'
import { openSound } from './soundSource.ts'
import type { Stretch } from './stretch.ts'
import { findTools } from './tools.ts'

const tools = findTools()
const options = { limits: limitsNamed('ours') }
const RATE_HZ = 16_000
const words = (text: string): string[] => text.split(' ')

async function soundOf(file: string, stretch: Stretch, rateHz = RATE_HZ) {
  return readSound(tools, file, await inspect(tools, file, options), stretch, rateHz, options)
}

const loudest = (samples: Float32Array): number =>
  samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0)

test('there are exactly as many samples as the stretch is long', async () => {
  const file = await madeMedia(
    'tone.wav',
    words('-f lavfi -i sine=frequency=440:sample_rate=44100:duration=5'),
  )
  for (const stretch of [
    { startMs: 0, endMs: 5_000 },
    { startMs: 1_234, endMs: 3_457 },
  ]) {
    const { samples, endedAtMs } = await soundOf(file, stretch)
    expect(samples.length).toBe(((stretch.endMs - stretch.startMs) * RATE_HZ) / 1000)
    expect(endedAtMs).toBeUndefined()
  }
})

test('channels are mixed within the range of one', async () => {
  const file = await madeMedia('loud.wav', words('-f lavfi -i aevalsrc=1|1:s=16000:d=1 -c:a pcm_f32le'))
  const { samples } = await soundOf(file, { startMs: 100, endMs: 900 })
  expect(loudest(samples)).toBeCloseTo(1, 3)
})

test('a track that begins late has silence before it, and one that ends early after it', async () => {
  const file = await madeMedia(
    'between.mkv',
    words(
      '-f lavfi -i color=red:size=32x32:rate=5:duration=6 -itsoffset 2 -f lavfi -i aevalsrc=0.5*sin(3000*t):d=2:s=16000 ' +
        '-c:v mpeg4 -c:a pcm_s16le',
    ),
  )
  const { samples, endedAtMs } = await soundOf(file, { startMs: 0, endMs: 6_000 })
  expect(loudest(samples.subarray(0, 1.9 * RATE_HZ))).toBeLessThan(0.01)
  expect(loudest(samples.subarray(2.1 * RATE_HZ, 3.9 * RATE_HZ))).toBeGreaterThan(0.4)
  expect(loudest(samples.subarray(4.1 * RATE_HZ))).toBe(0)
  expect(endedAtMs).toBeGreaterThan(3_950)
  expect(endedAtMs).toBeLessThan(4_050)
})

test('a hole in a track is as long in the samples', async () => {
  const file = await madeMedia(
    'hole.mkv',
    words('-f lavfi -i aevalsrc=0.5*sin(3000*t):d=4:s=16000 -af aselect=lt(t\\,1)+gte(t\\,3) -c:a pcm_s16le'),
  )
  const { samples } = await soundOf(file, { startMs: 0, endMs: 4_000 })
  expect(loudest(samples.subarray(1.1 * RATE_HZ, 2.9 * RATE_HZ))).toBeLessThan(0.01)
  expect(loudest(samples.subarray(3.1 * RATE_HZ))).toBeGreaterThan(0.4)
})

test('a file without sound is silent and has ended at the start', async () => {
  const file = await madeMedia(
    'mute.mp4',
    words('-f lavfi -i color=red:size=32x32:rate=5:duration=2 -c:v mpeg4'),
  )
  const { samples, endedAtMs } = await soundOf(file, { startMs: 0, endMs: 2_000 })
  expect(samples).toEqual(new Float32Array(2 * RATE_HZ))
  expect(endedAtMs).toBe(0)
})

test.each(['mp3', 'ogg', 'ts', 'avi', 'flv', 'aac'])(
  'sound in %s is read once and cut into slices',
  async (extension) => {
    const codec = { ogg: 'libvorbis', ts: 'aac', aac: 'aac' }[extension] ?? 'libmp3lame'
    const file = await madeMedia(
      `rising.${extension}`,
      words(`-f lavfi -i aevalsrc=0.5*sin(2*PI*t*(200+20*t)):d=9:s=44100 -c:a ${codec}`),
    )
    const facts = await inspect(tools, file, options)
    expect(facts.seeksExactly).toBe(false)
    expect(facts.durationSec).toBeCloseTo(9, 0)
    const whole = await soundOf(file, { startMs: 0, endMs: 9_000 })
    const source = openSound(tools, file, facts, RATE_HZ, options)
    try {
      for (const slice of [
        { startMs: 0, endMs: 3_000 },
        { startMs: 4_000, endMs: 6_500 },
        { startMs: 6_500, endMs: 9_000 },
      ]) {
        const { samples } = await source.sound(slice)
        expect(samples).toEqual(whole.samples.slice(slice.startMs * 16, slice.endMs * 16))
      }
    } finally {
      await source.close()
    }
  },
)

test('aborting ends the reading', async () => {
  const file = await madeMedia(
    'tone.wav',
    words('-f lavfi -i sine=frequency=440:sample_rate=44100:duration=5'),
  )
  const facts = await inspect(tools, file, options)
  const aborting = new AbortController()
  const reading = readSound(tools, file, facts, { startMs: 0, endMs: 5_000 }, RATE_HZ, {
    ...options,
    signal: aborting.signal,
  })
  aborting.abort()
  await expect(reading).rejects.toMatchObject({ code: 'aborted' })
})

test('decoding begins at a whole second, half a second or more before the stretch', () => {
  expect([0, 400, 1_500, 60_000, 60_400].map(soundStartMs)).toEqual([0, 0, 1_000, 59_000, 59_000])
})

test('the arguments begin early, cut by time and leave out the pictures', () => {
  const audio = { stream: 2, codec: 'aac', sampleRateHz: 48_000, channels: 6 }
  const plan = { fromMs: 59_000, endMs: 120_500, seeks: true, sampleRateHz: RATE_HZ }
  const line = soundArguments('a.mp4', audio, plan, options.limits).join(' ')
  expect(line).toContain('-ss 56')
  expect(line).toContain('-map 0:2')
  expect(line).toContain('atrim=start=59:end=120.5,asetpts=PTS-59/TB,aresample=osr=16000')
})
