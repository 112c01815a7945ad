import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { madeMedia } from '../../test/support/madeMedia.ts'
import { limitsNamed } from '../domain/limits.ts'
import { type Frame, readFrames } from './frames.ts'
import { openFrames } from './frameSource.ts'
import { inspect } from './inspect.ts'
import { readSound } from './sound.ts'
import { openSound } from './soundSource.ts'
import { findTools, type Tools } from './tools.ts'

const SIZE = { width: 32, height: 24 }
const RATE_HZ = 16_000
const options = { limits: limitsNamed('ours') }
// None of these borders lies on a keyframe, and one lies between two frames of the grid.
const SLICES = [
  { startMs: 0, endMs: 4_300 },
  { startMs: 4_300, endMs: 9_000 },
  { startMs: 9_000, endMs: 13_000 },
]

let tools: Tools
beforeAll(async () => {
  tools = findTools()
})

const PICTURES = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25:duration=13']
// A tone that rises, so that sound at a wrong place is heard.
const SOUND = ['-f', 'lavfi', '-i', "aevalsrc='0.4*sin(2*PI*t*(200+20*t))|0.2*sin(2*PI*900*t)':s=44100:d=13"]
const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p']

// Without noise that the decoder makes up, which is another one after a jump.
const AAC = ['-c:a', 'aac', '-aac_pns', '0']

interface Kind {
  name: string
  made: readonly string[]
  /** How far the sound may lie from that of one pass: Matroska rounds times to a millisecond. 0 where not said. */
  shiftMs?: number
}

const EXACT: readonly Kind[] = [
  { name: 'bframes.mp4', made: [...PICTURES, ...SOUND, ...H264, '-g', '50', '-bf', '3', ...AAC] },
  { name: 'opengop.mp4', made: [...PICTURES, ...H264, '-g', '60', '-x264-params', 'open-gop=1:bframes=3'] },
  { name: 'onekey.mp4', made: [...PICTURES, ...H264, '-g', '9999', '-sc_threshold', '0'] },
  { name: 'mjpeg-pcm.mov', made: [...PICTURES, ...SOUND, '-c:v', 'mjpeg', '-q:v', '5', '-c:a', 'pcm_s16le'] },
  {
    name: 'h264-vorbis.mkv',
    made: [...PICTURES, ...SOUND, ...H264, '-g', '50', '-c:a', 'libvorbis'],
    shiftMs: 1,
  },
  {
    name: 'vp9-opus.webm',
    made: [
      ...PICTURES,
      ...SOUND,
      '-c:v',
      'libvpx-vp9',
      '-cpu-used',
      '8',
      '-deadline',
      'realtime',
      '-g',
      '64',
    ],
    shiftMs: 1,
  },
  {
    name: 'hevc.mp4',
    made: [...PICTURES, '-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'keyint=48:log-level=0'],
  },
  { name: 'pcm.wav', made: SOUND },
  { name: 'lossless.flac', made: SOUND },
  { name: 'pcm.w64', made: SOUND },
  { name: 'pcm.aiff', made: SOUND },
  { name: 'pcm.caf', made: SOUND },
  { name: 'sound.m4a', made: [...SOUND, ...AAC] },
]

test.each(EXACT)(
  'slices of $name give the frames and the sound of one pass',
  async ({ name, made, shiftMs = 0 }) => {
    const file = await madeMedia(name, made)
    const facts = await inspect(tools, file, options)
    expect(facts.seeksExactly).toBe(true)
    const inOnePass = { ...facts, seeksExactly: false }
    const frames = openFrames(tools, file, inOnePass, SIZE, options)
    const onePass = openSound(tools, file, inOnePass, RATE_HZ, options)
    onTestFinished(() => frames.close())
    onTestFinished(() => onePass.close())
    for (const slice of SLICES) {
      const sought = await framesOf(readFrames(tools, file, facts, slice, SIZE, options))
      expect(sought).toEqual(await framesOf(frames.frames(slice)))
      const sound = await readSound(tools, file, facts, slice, RATE_HZ, options)
      const expected = await onePass.sound(slice)
      expect(sound.endedAtMs).toBe(expected.endedAtMs)
      expect(difference(sound.samples, expected.samples, shiftMs)).toBeLessThan(shiftMs === 0 ? 1e-6 : 0.05)
    }
  },
)

const framesOf = (frames: AsyncIterable<Frame>) =>
  Array.fromAsync(frames, ({ timeMs, rgb }) => ({ timeMs, rgb: Buffer.from(rgb).toString('base64') }))

/** The largest difference of two samples, where one sound is moved to fit the other best. */
function difference(one: Float32Array, other: Float32Array, shiftMs: number): number {
  expect(one.length).toBe(other.length)
  const most = Math.round((shiftMs / 1000) * RATE_HZ)
  const shifts = Array.from({ length: 2 * most + 1 }, (_, index) => index - most)
  return Math.min(...shifts.map((shift) => largestDifference(one, other, shift)))
}

function largestDifference(one: Float32Array, other: Float32Array, shift: number): number {
  let largest = 0
  for (let index = Math.max(0, -shift); index < one.length - Math.max(0, shift); index++)
    largest = Math.max(largest, Math.abs(one[index + shift]! - other[index]!))
  return largest
}
