// How many small text files a second one compute child reads, cuts and embeds, with 32 asked for at once as the server
// does, against a bare loop in one process that does the same one file after the other. Rounds alternate.
// Target: at least 0.8 times the bare loop. Where other programs run on the machine, two processes that take turns lose
// more than one that only computes; the processor time beside it tells what each would do alone.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCompute } from '../src/compute/pool.ts'
import { readConfig } from '../src/config.ts'
import { chunkText } from '../src/documents/chunkText.ts'
import { readDocument } from '../src/documents/readDocument.ts'
import { limitsNamed } from '../src/domain/limits.ts'
import { systemClock } from '../src/lib/clock.ts'
import { makeLogger } from '../src/lib/logger.ts'
import { findTools } from '../src/media/tools.ts'
import { BUILTIN_ONLY } from '../src/models/settings.ts'
import { openBuiltin } from '../src/models/builtin/model.ts'
import { termsAsJson, termsOf } from '../src/models/terms.ts'
import { documentWork } from '../test/support/documentWork.ts'
import { smallTexts } from './documents/smallTexts.ts'

const TARGET = 0.8
const FILES = 5_000
const ROUNDS = 3
const AT_ONCE = 32
/** Of the kernel's count of processor time, on every Linux. */
const TICK_MS = 10

const limits = limitsNamed('ours')
const { signal } = new AbortController()
const folder = await mkdtemp(join(tmpdir(), 'embedline-bench-'))
const compute = startCompute({
  count: 1,
  // Both sides at the same priority: other programs on the machine would slow down only one of them.
  tools: { ...findTools(), wrap: [] },
  limits,
  models: BUILTIN_ONLY,
  environment: readConfig().programEnvironment,
  residentLimitBytes: 2e9,
  clock: systemClock,
  logger: makeLogger({ write: (line) => process.stderr.write(line), clock: systemClock, level: 'warn' }),
})
const model = openBuiltin()
try {
  const files = await writeFiles()
  await inPool(files.slice(0, 500))
  await inLoop(files.slice(0, 500))
  console.log(`${FILES} files of 500 bytes to 3 KB      files/s   ratio   processor ms: here  child`)
  const ratios: number[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    const bare = await measured(() => inLoop(files))
    const pool = await measured(() => inPool(files))
    ratios.push(bare.tookMs / pool.tookMs)
    report(`${round} bare loop`, bare, '')
    report(`${round} pool`, pool, (bare.tookMs / pool.tookMs).toFixed(2))
  }
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0
  console.log(`ratio ${median.toFixed(2)} (at least ${TARGET})`)
  if (median < TARGET) process.exitCode = 1
} finally {
  await compute.close()
  await model.close()
  await rm(folder, { recursive: true })
}

interface Measured {
  tookMs: number
  hereMs: number
  childMs: number
}

async function measured(run: () => Promise<void>): Promise<Measured> {
  const [startMs, here, childBeforeMs] = [performance.now(), process.cpuUsage(), childProcessorMs()]
  await run()
  const { user, system } = process.cpuUsage(here)
  return {
    tookMs: performance.now() - startMs,
    hereMs: (user + system) / 1000,
    childMs: childProcessorMs() - childBeforeMs,
  }
}

/** Fields 14 and 15 of proc(5) `stat`: ticks in user and kernel mode. The name before them has no spaces here. */
function childProcessorMs(): number {
  const fields = readFileSync(`/proc/${compute.stats().children[0]?.pid}/stat`, 'utf8').split(' ')
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS
}

function report(name: string, { tookMs, hereMs, childMs }: Measured, ratio: string): void {
  const filesPerSec = (FILES / (tookMs / 1000)).toFixed(0)
  const columns = [filesPerSec.padStart(8), ratio.padStart(8), hereMs.toFixed(0).padStart(20)]
  console.log(name.padEnd(35) + columns.join('') + childMs.toFixed(0).padStart(7))
}

async function writeFiles(): Promise<string[]> {
  const files: string[] = []
  for (const [at, text] of smallTexts(FILES).entries()) {
    const file = join(folder, `${at}.txt`)
    await writeFile(file, text)
    files.push(file)
  }
  return files
}

async function inPool(files: readonly string[]): Promise<void> {
  const waiting = files.values()
  const take = async () => {
    for (const file of waiting) await compute.embedDocument(documentWork(file), async () => {}, signal)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, take))
}

async function inLoop(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const { name, chunks: settings } = documentWork(file)
    createHash('md5')
      .update(await readFile(file))
      .digest('hex')
    const pieces = readDocument(file, name, { loader: 'default', limits, signal })
    const texts: string[] = []
    for await (const { text } of chunkText(pieces, settings)) texts.push(text)
    await model.text(texts, 'document')
    for (const text of texts) termsAsJson(termsOf(text))
  }
}
