// How long a text waits for its vector at the compute child, while nothing else happens and while a 10-minute video is
// embedded there: one that is hard to decode, and one that is not, so that embedding is most of the work.
// Target: the 95th percentile beside a video is at most 10 times that of the same run without.
import { setTimeout } from 'node:timers/promises'
import { type RunningCompute, startCompute } from '../src/compute/pool.ts'
import { readConfig } from '../src/config.ts'
import { limitsNamed } from '../src/domain/limits.ts'
import { systemClock } from '../src/lib/clock.ts'
import { makeLogger } from '../src/lib/logger.ts'
import { findTools } from '../src/media/tools.ts'
import { BUILTIN_ONLY } from '../src/models/settings.ts'
import { madeMedia, scenes } from '../test/support/madeMedia.ts'
import { BUILTIN, sliceWork } from '../test/support/sliceWork.ts'

const TARGET = 10
const TEXTS = 400
const WARM_UP_TEXTS = 100
const PAUSE_MS = 5

const compute = startCompute({
  count: 1,
  tools: findTools(),
  limits: limitsNamed('ours'),
  models: BUILTIN_ONLY,
  environment: readConfig().programEnvironment,
  residentLimitBytes: 2e9,
  clock: systemClock,
  logger: makeLogger({ write: (line) => process.stderr.write(line), clock: systemClock, level: 'warn' }),
})
try {
  await textLatencies(compute, () => WARM_UP_TEXTS)
  console.log('text latency at the child, ms     texts    median    p95    longest')
  const idle = report('nothing else', await textLatencies(compute, () => TEXTS))
  for (const [name, file] of [
    ['beside a video of 1280x720', await hardToDecode()],
    ['beside a video of 320x180', await scenes(600)],
  ] as const) {
    const { latencies, tookSec } = await besideVideo(compute, file)
    const loaded = report(name, latencies)
    const ratio = loaded / idle
    console.log(`    ratio ${ratio.toFixed(1)} (at most ${TARGET}); the video took ${tookSec.toFixed(1)} s`)
    if (ratio > TARGET) process.exitCode = 1
  }
} finally {
  await compute.close()
}

/** Sends one text after the other, each of them new, until there are as many as wanted. */
async function textLatencies(of: RunningCompute, wanted: () => number): Promise<number[]> {
  const latencies: number[] = []
  while (latencies.length < wanted()) {
    const startMs = performance.now()
    await of.embedTexts(BUILTIN, [`a lighthouse by the sea, number ${Math.random()}`], 'query')
    latencies.push(performance.now() - startMs)
    await setTimeout(PAUSE_MS)
  }
  return latencies
}

async function besideVideo(of: RunningCompute, file: string) {
  const work = await sliceWork(of, file, { fused: true })
  const startMs = performance.now()
  let isRunning = true
  const embedding = of
    .embedSlices(work, async () => {}, new AbortController().signal)
    .finally(() => (isRunning = false))
  const latencies = await textLatencies(of, () => (isRunning ? Number.POSITIVE_INFINITY : 0))
  await embedding
  return { latencies, tookSec: (performance.now() - startMs) / 1000 }
}

/** Prints a line and returns the 95th percentile. */
function report(name: string, latencies: readonly number[]): number {
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  const columns = [at(0.5), at(0.95), at(1)].map((value) => value.toFixed(1).padStart(9))
  console.log(`${name.padEnd(32)}${String(sorted.length).padStart(7)}${columns.join('')}`)
  return at(0.95)
}

async function hardToDecode(): Promise<string> {
  const minute = await madeMedia('minute-720.mp4', [
    ...['-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=25:duration=60'],
    ...['-f', 'lavfi', '-i', 'sine=frequency=330:duration=60'],
    ...['-vf', 'noise=alls=12:allf=t', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '26', '-c:a', 'aac'],
  ])
  return madeMedia('ten-minutes-720.mp4', ['-stream_loop', '9', '-i', minute, '-c', 'copy'])
}
