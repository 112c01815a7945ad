// How fast video is decoded: in one pass, in slices of 30 s, and for comparison its keyframes alone. One run, one file of
// 1280x720, so that only the ratios say something. Target: slices take at most 1.2 times as long as one pass.
import { makeByteReader } from '../src/media/byteReader.ts'
import { limitsNamed } from '../src/domain/limits.ts'
import type { MediaFacts } from '../src/domain/media.ts'
import { frameArguments, readFrames } from '../src/media/frames.ts'
import { inspect } from '../src/media/inspect.ts'
import { startProgram } from '../src/media/program.ts'
import { readSound } from '../src/media/sound.ts'
import type { Stretch } from '../src/media/stretch.ts'
import { findTools } from '../src/media/tools.ts'
import { madeMedia } from '../test/support/madeMedia.ts'

const TARGET = 1.2
const SECONDS = 60
const SLICE_MS = 30_000
const SIZE = { width: 224, height: 224 }
const RATE_HZ = 16_000

const tools = findTools()
const options = { limits: limitsNamed('ours') }
const file = await madeMedia('noisy720.mp4', [
  ...['-f', 'lavfi', '-i', `testsrc2=size=1280x720:rate=25:duration=${SECONDS},noise=alls=12:allf=t`],
  ...['-f', 'lavfi', '-i', `sine=frequency=440:duration=${SECONDS}`],
  ...[
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-crf',
    '24',
    '-g',
    '50',
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'aac',
  ],
])
const facts = await inspect(tools, file, options)
const all: Stretch = { startMs: 0, endMs: SECONDS * 1000 }
const slices: Stretch[] = Array.from({ length: all.endMs / SLICE_MS }, (_, index) => ({
  startMs: index * SLICE_MS,
  endMs: (index + 1) * SLICE_MS,
}))

console.log('                          seconds   times real time')
report('looking into the file', await timed(() => inspect(tools, file, options)))
const onePassSec = report('frames in one pass', await timed(() => frames(facts, all)))
const slicesSec = report(
  `frames in slices of ${SLICE_MS / 1000} s`,
  await timed(async () => {
    for (const slice of slices) await frames(facts, slice)
  }),
)
const keyframesSec = report('keyframes alone', await timed(() => keyframes(facts)))
report('sound', await timed(() => readSound(tools, file, facts, all, RATE_HZ, options)))
const ratio = slicesSec / onePassSec
console.log(`slices to one pass ${ratio.toFixed(2)} (at most ${TARGET})`)
console.log(`one pass to keyframes alone ${(onePassSec / keyframesSec).toFixed(1)}`)
if (ratio > TARGET) process.exitCode = 1

async function frames(of: MediaFacts, stretch: Stretch): Promise<void> {
  for await (const frame of readFrames(tools, file, of, stretch, SIZE, options)) void frame
}

async function keyframes({ video }: MediaFacts): Promise<void> {
  if (!video) return
  const whole = frameArguments(file, video, { fromMs: 0, seeks: false }, SIZE, options.limits)
  const program = startProgram(tools, 'ffmpeg', ['-skip_frame', 'nokey', ...whole], { stallMs: 60_000 })
  await makeByteReader(program.output).skip(Number.MAX_SAFE_INTEGER)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await work()
  return (performance.now() - startMs) / 1000
}

function report(name: string, seconds: number): number {
  console.log(
    `${name.padEnd(26)}${seconds.toFixed(2).padStart(7)}${(SECONDS / seconds).toFixed(0).padStart(18)}`,
  )
  return seconds
}
