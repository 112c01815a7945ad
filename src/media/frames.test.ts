import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { madeMedia } from '../../test/support/madeMedia.ts'
import type { Warning } from '../domain/embedding.ts'
import { limitsNamed } from '../domain/limits.ts'
import { clipFrameTimesMs } from './frameGrid.ts'
import { type Frame, frameArguments, readFrames } from './frames.ts'
import { openFrames } from './frameSource.ts'
import { inspect } from './inspect.ts'
import type { Size } from './scaling.ts'
import type { Stretch } from './stretch.ts'
import { findTools } from './tools.ts'

const tools = findTools()
const options = { limits: limitsNamed('ours') }
const words = (text: string): string[] => text.split(' ')
const H264 = words('-c:v libx264 -preset ultrafast -pix_fmt yuv420p')

/** A second each of red, green and blue. */
const COLOURS = words(
  '-f lavfi -i color=red:size=64x48:rate=10:duration=1 -f lavfi -i color=lime:size=64x48:rate=10:duration=1 ' +
    '-f lavfi -i color=blue:size=64x48:rate=10:duration=1 -filter_complex [0][1][2]concat=n=3',
)

async function framesOf(
  file: string,
  stretch: Stretch,
  size: Size = { width: 8, height: 8 },
): Promise<Frame[]> {
  const facts = await inspect(tools, file, options)
  return Array.fromAsync(readFrames(tools, file, facts, stretch, size, options))
}

/** `r`, `g` or `b`: which channel is brightest at a place given as shares of width and height. */
function colourAt({ rgb }: Frame, { width, height }: Size, across: number, down: number): string {
  const at = (Math.floor(down * height) * width + Math.floor(across * width)) * 3
  const channels = [...rgb.subarray(at, at + 3)]
  return 'rgb'[channels.indexOf(Math.max(...channels))]!
}

const middles = (frames: readonly Frame[], size: Size = { width: 8, height: 8 }): string =>
  frames.map((frame) => colourAt(frame, size, 0.5, 0.5)).join('')

test('a frame shows what a viewer sees at its time, twice a second', async () => {
  const file = await madeMedia('colours.mp4', [...COLOURS, ...H264])
  const frames = await framesOf(file, { startMs: 0, endMs: 3_000 })
  expect(frames.map(({ timeMs }) => timeMs)).toEqual([0, 500, 1_000, 1_500, 2_000, 2_500])
  expect(middles(frames)).toBe('rrggbb')
  expect(frames[0]!.rgb.length).toBe(8 * 8 * 3)
})

test('the first frame of a stretch is the one that is shown when it begins', async () => {
  const file = await madeMedia('colours.mp4', [...COLOURS, ...H264])
  const frames = await framesOf(file, { startMs: 900, endMs: 1_600 })
  expect(frames.map(({ timeMs }) => timeMs)).toEqual([500, 1_000, 1_500])
  expect(middles(frames)).toBe('rgg')
})

test('a video that ends before the stretch gives the frames that it has', async () => {
  const file = await madeMedia('colours.mp4', [...COLOURS, ...H264])
  const times = (await framesOf(file, { startMs: 2_000, endMs: 9_000 })).map(({ timeMs }) => timeMs)
  expect(times).toEqual([2_000, 2_500])
  expect(await framesOf(file, { startMs: 7_000, endMs: 9_000 })).toEqual([])
})

test('a video that begins after the sound shows its first picture until then', async () => {
  const file = await madeMedia('late.mkv', [
    ...words('-f lavfi -i sine=duration=4 -itsoffset 2 -f lavfi -i color=lime:size=64x48:rate=10:duration=2'),
    ...H264,
  ])
  expect(middles(await framesOf(file, { startMs: 0, endMs: 4_000 }))).toBe('gggggggg')
})

test('a video of changing frame rate keeps each picture as long as it was shown', async () => {
  // Pictures at 0, 0.1, 0.2 … 0.9 s, then none until the next colour a second and a half later.
  const file = await madeMedia('changing.mkv', [
    ...words(
      '-f lavfi -i color=red:size=64x48:rate=10:duration=1 -f lavfi -i color=blue:size=64x48:rate=2:duration=1',
    ),
    ...words('-filter_complex [1]setpts=PTS+1.5/TB[late];[0][late]concat=n=2,settb=1/1000'),
    ...H264,
  ])
  expect(middles(await framesOf(file, { startMs: 0, endMs: 3_500 }))).toBe('rrrrrbb')
})

const QUARTERS = words(
  // Red above, blue below; the right half of the upper part green.
  '-f lavfi -i color=red:size=80x40:rate=5:duration=1 -vf drawbox=0:20:80:20:blue:fill,drawbox=40:0:40:20:lime:fill',
)

/** A copy whose header says that its pictures must be turned clockwise: the matrix of the track header (ISO 14496-12). */
async function turnedBy(file: string, degrees: number): Promise<string> {
  const bytes = await readFile(file)
  const matrixAt = bytes.indexOf('tkhd') + 4 + 40
  const [cosine, sine] = [Math.cos, Math.sin].map((of) => Math.round(of((degrees / 180) * Math.PI)))
  for (const [at, value] of [
    [0, cosine!],
    [4, sine!],
    [12, -sine!],
    [16, cosine!],
  ] as const)
    bytes.writeInt32BE(value * 65_536, matrixAt + at)
  const turned = file.replace('.mp4', `-turned-${degrees}.mp4`)
  await writeFile(turned, bytes)
  return turned
}

test.each([
  [0, 'rgbb'],
  [90, 'brbg'],
  [180, 'bbgr'],
  [270, 'gbrb'],
] as const)(
  'a video that was taken with the camera turned by %i° stands upright',
  async (degrees, corners) => {
    const flat = await madeMedia('quarters.mp4', [...QUARTERS, ...H264])
    const turned = await turnedBy(flat, degrees)
    const facts = await inspect(tools, turned, options)
    const isSideways = degrees === 90 || degrees === 270
    expect(facts.video).toMatchObject({
      rotationDeg: degrees,
      width: isSideways ? 40 : 80,
      height: isSideways ? 80 : 40,
    })
    const size = { width: 24, height: 16 }
    const [frame] = await framesOf(turned, { startMs: 0, endMs: 500 }, size)
    const seen = [0.2, 0.8].flatMap((down) =>
      [0.2, 0.8].map((across) => colourAt(frame!, size, across, down)),
    )
    expect(seen.join('')).toBe(corners)
  },
)

test('the size of a video with wide pixels is the one that is displayed', async () => {
  const file = await madeMedia('wide.mp4', [
    ...words('-f lavfi -i testsrc2=size=72x58:rate=5:duration=1 -vf setsar=16/11'),
    ...H264,
  ])
  expect((await inspect(tools, file, options)).video).toMatchObject({ width: 105, height: 58 })
})

test('a video that cannot be sought is read once and gives its slices the same frames', async () => {
  const made = [...COLOURS, ...H264, '-g', '7']
  const exact = await madeMedia('colours-g7.mp4', made)
  const transport = await madeMedia('colours-g7.ts', made)
  const facts = await inspect(tools, transport, options)
  expect(facts.seeksExactly).toBe(false)
  const size = { width: 8, height: 8 }
  const source = openFrames(tools, transport, facts, size, options)
  try {
    for (const slice of [
      { startMs: 0, endMs: 1_200 },
      { startMs: 1_200, endMs: 2_500 },
      { startMs: 2_500, endMs: 3_000 },
    ])
      expect(await Array.fromAsync(source.frames(slice))).toEqual(await framesOf(exact, slice))
  } finally {
    await source.close()
  }
})

test('reading once goes on at a later slice, also when one was left early', async () => {
  const transport = await madeMedia('colours-g7.ts', [...COLOURS, ...H264, '-g', '7'])
  const facts = await inspect(tools, transport, options)
  const source = openFrames(tools, transport, facts, { width: 8, height: 8 }, options)
  for await (const { timeMs } of source.frames({ startMs: 500, endMs: 1_500 })) {
    expect(timeMs).toBe(500)
    break
  }
  const rest = await Array.fromAsync(source.frames({ startMs: 1_750, endMs: 2_600 }))
  expect(rest.map(({ timeMs }) => timeMs)).toEqual([1_500, 2_000, 2_500])
  await source.close()
})

test('pictures that cannot be decoded are told, and the rest is read', async () => {
  const whole = await madeMedia('noisy.mp4', [
    ...words('-f lavfi -i testsrc2=size=320x240:rate=10:duration=6 -vf noise=alls=40:allf=t -g 10'),
    ...H264,
  ])
  const bytes = await readFile(whole)
  // In the middle of the file are the bytes of the pictures in the middle of the video.
  bytes.fill(0x5a, Math.floor(bytes.length * 0.45), Math.floor(bytes.length * 0.55))
  const broken = `${whole}.broken.mp4`
  await writeFile(broken, bytes)
  const facts = await inspect(tools, broken, options)
  const told: Warning[] = []
  const onDamage = (warning: Warning) => told.push(warning)
  const stretch = { startMs: 0, endMs: 6_000 }
  const size = { width: 8, height: 8 }
  const frames = await Array.fromAsync(
    readFrames(tools, broken, facts, stretch, size, { ...options, onDamage }),
  )
  expect(frames.length).toBe(12)
  expect(told).toMatchObject([{ code: 'media_damaged', option: 'visual', startSec: 0, endSec: 6 }])
})

test('memory does not grow with duration', async () => {
  const file = await madeMedia('long.mp4', [
    ...words('-f lavfi -i testsrc2=size=64x48:rate=4:duration=1200 -g 40'),
    ...H264,
  ])
  const facts = await inspect(tools, file, options)
  const size = { width: 224, height: 224 }
  let frames = 0
  let mostBytes = 0
  // What tests before this one have left in the process is not of the frames.
  const startBytes = process.memoryUsage().arrayBuffers
  for await (const { rgb } of readFrames(
    tools,
    file,
    facts,
    { startMs: 0, endMs: 1_200_000 },
    size,
    options,
  )) {
    frames += rgb.length / (224 * 224 * 3)
    mostBytes = Math.max(mostBytes, process.memoryUsage().arrayBuffers - startBytes)
  }
  expect(frames).toBe(2_400)
  // All frames together are 361 MB; the garbage collector lets some of them lie for a while.
  expect(mostBytes).toBeLessThan(120_000_000)
})

test('the arguments name what a file may not do and where to begin', () => {
  const video = { stream: 1, codec: 'h264', width: 4, height: 3, framesPerSec: 25, rotationDeg: 0 } as const
  const start = { fromMs: 60_000, seeks: true }
  const line = frameArguments('-a.mp4', video, start, { width: 2, height: 2 }, options.limits).join(' ')
  expect(line).toContain('-protocol_whitelist file,pipe')
  expect(line).toContain('-i file:-a.mp4 -map 0:1')
  expect(line).toContain('-copyts -start_at_zero -noaccurate_seek -ss 59')
  expect(line).toContain('start_time=60:round=up')
})

test('three frames stand for a clip: at or before the middles of its thirds', () => {
  expect(clipFrameTimesMs({ startMs: 6_000, endMs: 12_000 }, 3)).toEqual([7_000, 9_000, 11_000])
  expect(clipFrameTimesMs({ startMs: 3_300, endMs: 6_600 }, 3)).toEqual([3_500, 4_500, 6_000])
  expect(clipFrameTimesMs({ startMs: 0, endMs: 300 }, 3)).toEqual([0])
  expect(clipFrameTimesMs({ startMs: 5_100, endMs: 5_300 }, 3)).toEqual([5_000])
})
