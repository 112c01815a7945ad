import { expect, test } from 'vitest'
import { madeMedia } from '../../test/support/madeMedia.ts'
import { limitsNamed } from '../domain/limits.ts'
import { readFrames } from './frames.ts'
import { inspect } from './inspect.ts'
import { shotChangesMs } from './shotChanges.ts'
import { findTools } from './tools.ts'

const SIZE = { width: 64, height: 48 }
const options = { limits: limitsNamed('ours') }

// Scenes of three seconds, most of them moving.
const SCENES = [
  'testsrc2=size=160x120:rate=10',
  'mandelbrot=size=160x120:rate=10',
  'smptebars=size=160x120:rate=10',
  'life=size=160x120:rate=10:mold=10:death_color=#C83232:life_color=#00ff00:ratio=0.3:seed=7',
  'gradients=size=160x120:rate=10:c0=navy:c1=yellow:seed=3:speed=0.02',
  'rgbtestsrc=size=160x120:rate=10',
  'cellauto=size=160x120:rate=10:seed=5',
  'testsrc=size=160x120:rate=10',
  'yuvtestsrc=size=160x120:rate=10',
  'color=gray:size=160x120:rate=10',
]

test('hard cuts between scenes are found within half a second, and little else', async () => {
  const inputs = SCENES.flatMap((scene) => ['-t', '3', '-f', 'lavfi', '-i', scene])
  const file = await madeMedia('cuts.mp4', [
    ...inputs,
    ...[
      '-filter_complex',
      `${SCENES.map((_, index) => `[${index}]format=yuv420p[v${index}]`).join(';')};${SCENES.map((_, index) => `[v${index}]`).join('')}concat=n=${SCENES.length}`,
    ],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'],
  ])
  const tools = findTools()
  const facts = await inspect(tools, file, options)
  const frames = await Array.fromAsync(
    readFrames(tools, file, facts, { startMs: 0, endMs: SCENES.length * 3_000 }, SIZE, options),
  )
  const found = shotChangesMs(frames, SIZE)
  const cuts = SCENES.slice(1).map((_, index) => (index + 1) * 3_000)
  const hits = cuts.filter((cutMs) => found.some((foundMs) => Math.abs(foundMs - cutMs) <= 500))
  expect(hits.length / cuts.length).toBe(1)
  expect(hits.length / found.length).toBeGreaterThan(0.8)
})

test('two frames that are alike, or only one, are no change', () => {
  const grey = { timeMs: 0, rgb: new Uint8Array(SIZE.width * SIZE.height * 3).fill(128) }
  expect(shotChangesMs([grey], SIZE)).toEqual([])
  expect(shotChangesMs([grey, { ...grey, timeMs: 500 }], SIZE)).toEqual([])
  const white = { timeMs: 1_000, rgb: new Uint8Array(grey.rgb.length).fill(255) }
  expect(shotChangesMs([grey, white], SIZE)).toEqual([1_000])
})
